/**
 * One connector over the benchmark's register, in one of two variants that differ in a single
 * setting: which resolver the Avro converter asks for the schema's id.
 */
import { waitFor } from '../../bus/base/retry.ts';
import { must } from '../../bus/base/assert.ts';
import { applyDesired } from '../../bus/plan/apply.ts';
import type { ConnectorConfig } from '../../bus/connect/connect.ts';
import { removeSources } from '../../connectors/apply.ts';
import { compileSource, desiredSources } from '../../connectors/compile.ts';
import { contextOf } from '../../connectors/context.ts';
import { loadSources } from '../../connectors/load-source.ts';
import { untilSourceRuns } from '../../connectors/until-running.ts';
import type { Source } from '../../connectors/source.ts';
import { SOURCE_FILE } from '../register/department.ts';
import type { Site } from '../site.ts';

export const VARIANTS = ['remembering', 'default'] as const;
export type Variant = (typeof VARIANTS)[number];

const STEP_TIMEOUT_MS = 60_000;

export type Connector = {
  readonly topic: string;
  /** Resolves once no task of it is left; it keeps its position. */
  stop(): Promise<void>;
  resume(): Promise<void>;
  /** Takes it down with its topics. */
  remove(): Promise<void>;
};

/** Starts a connector under a name of its own, so that it begins with a snapshot. */
export async function startConnector(
  site: Site,
  { round, variant }: { readonly round: number; readonly variant: Variant },
): Promise<Connector> {
  const source: Source = { ...(await benchSource()), name: `bench-${variant}-${round}` };
  const ports = { admin: site.admin, connect: site.connect };
  const compiled = compileSource(source, contextOf(site.endpoints));
  const connector = { ...compiled.connector, config: configOf(variant, compiled.connector.config) };
  await applyDesired(desiredSources([{ ...compiled, connector }]), ports);
  const { name } = connector;
  const runs = () =>
    untilSourceRuns({ name: source.name, connector: name }, { ports, signal: site.signal });
  await runs();
  const isStopped = async () => {
    const status = await site.connect.statusOf(name);
    return status?.state === 'stopped' && status.tasks.length === 0;
  };
  return {
    topic: must(compiled.tableTopics['resident'], 'the topic of the residents'),
    async stop() {
      await site.connect.stop(name);
      await waitFor(isStopped, { what: `${name} to stop`, timeoutMs: STEP_TIMEOUT_MS });
    },
    resume: () => site.connect.resume(name),
    async remove() {
      await removeSources([source.name], { ports });
    },
  };
}

export async function benchSource(): Promise<Source> {
  const [file] = await loadSources([SOURCE_FILE]);
  return must(file, 'the benchmark’s source').source;
}

/** Without the setting the converter takes the registry client's own resolver. */
function configOf(variant: Variant, config: ConnectorConfig): ConnectorConfig {
  if (variant === 'remembering') return config;
  return Object.fromEntries(
    Object.entries(config).filter(([name]) => !name.endsWith('.registry.schema-resolver')),
  );
}
