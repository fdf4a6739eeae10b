/**
 * From source files to running capture: load all, preflight all, plan, apply, wait. Nothing is
 * changed before every file and every server has passed, and everything wrong is told at once.
 */
import { messageOf, type Problem, ProblemsError, isBusError } from '../bus/base/errors.ts';
import { readSecretFile } from '../bus/base/secrets.ts';
import type { ConnectCluster } from '../bus/connect/connect.ts';
import type { KafkaAdmin } from '../bus/kafka/kafka.ts';
import { applyDesired, type ApplyOptions, planDesired } from '../bus/plan/apply.ts';
import type { SchemaRegistry } from '../bus/registry/registry.ts';
import type { PlanReport } from '../bus/plan/execute.ts';
import type { PlanPorts } from '../bus/plan/actual.ts';
import type { Desired, Plan, PlanStep } from '../bus/plan/plan.ts';
import type { SqlDatabase, SqlTarget } from '../bus/sql/sql.ts';
import {
  addressOf,
  capturePasswordFile,
  type CompiledSource,
  compileSource,
  desiredSources,
} from './compile.ts';
import type { SourceContext } from './context.ts';
import { agreeContracts } from './contracts.ts';
import { loadSources, type SourceFile } from './load-source.ts';
import type { Source } from './source.ts';
import { preflightSource, type PreflightResult } from './preflight/preflight.ts';
import { untilSourceRuns, untilSourceTurns } from './until-running.ts';

export type SourcePorts = {
  readonly admin: KafkaAdmin;
  readonly connect: ConnectCluster;
  /** As one who may register schemas; without it the tables' contracts are left to their captures. */
  readonly registry?: SchemaRegistry;
  /** Must heed `target.engine`. */
  readonly openDatabase: (target: SqlTarget) => SqlDatabase;
};

export type SourcesOptions = {
  readonly prune?: boolean;
  /** The files are all sources there are: with `prune`, others are taken down too. */
  readonly everySource?: boolean;
};

export type SourcesPlan = {
  readonly plan: Plan;
  readonly sources: readonly CompiledSource[];
  /** What the DBA should know, of all sources. */
  readonly notes: readonly Problem[];
};

/**
 * What applying `files` would do. Throws ProblemsError with everything wrong in all files, or
 * with everything wrong on all servers; changes nothing.
 */
export async function planSources(
  files: readonly string[],
  context: SourceContext,
  { ports, ...options }: SourcesOptions & { readonly ports: SourcePorts },
): Promise<SourcesPlan> {
  const prepared = await prepare(await loadSources(files), context, ports);
  const plan = await planDesired(desiredSources(prepared.sources, options), ports, options);
  return { ...prepared, plan };
}

export type ApplySourcesOptions = SourcesOptions &
  Pick<ApplyOptions, 'expect' | 'onStep'> & {
    readonly ports: SourcePorts;
    /** How long connectors may take until they run; default 90 s. */
    readonly runningTimeoutMs?: number;
    readonly signal?: AbortSignal;
  };

/**
 * Applies `files` and resolves when every connector and its task run. Applying twice changes
 * nothing. Throws as `planSources`, PLAN_INCOMPLETE (with a report), PLAN_STALE, SOURCE_NOT_RUNNING.
 */
export async function applySources(
  files: readonly string[],
  context: SourceContext,
  options: ApplySourcesOptions,
): Promise<AppliedSources> {
  return applyLoadedSources(await loadSources(files), context, options);
}

export type AppliedSources = SourcesPlan & { readonly report: PlanReport };

/** As `applySources`, for sources that were read and checked before, or follow from a view. */
export async function applyLoadedSources(
  loaded: readonly SourceFile[],
  context: SourceContext,
  options: ApplySourcesOptions,
): Promise<AppliedSources> {
  const { ports } = options;
  const prepared = await prepare(loaded, context, ports);
  const desired = desiredSources(prepared.sources, options);
  if (ports.registry) await agreeContracts(prepared.declared, ports.registry);
  const applied = await applyDesired(desired, ports, options);
  const changed = new Set(applied.plan.steps.filter(isConnectorChange).map(({ name }) => name));
  await Promise.all(
    prepared.sources.map(async (source) => {
      if (changed.has(source.connector.name))
        await untilSourceTurns(source.connector.name, options);
      await untilSourceRuns({ name: source.name, connector: source.connector.name }, options);
    }),
  );
  return { ...prepared, ...applied };
}

/** Everything that the named sources own as a desired state of nothing; applied with `prune`, they are gone. */
export function withoutSources(names: readonly string[]): Desired {
  return {
    scope: names.map((name) => `source/${name}`),
    topics: [],
    users: [],
    secretFiles: [],
    acls: [],
    connectors: [],
  };
}

/** Takes the named sources down: connector, rights, user and topics with all their data. */
export async function removeSources(
  names: readonly string[],
  { ports, onStep }: Pick<ApplySourcesOptions, 'onStep'> & { readonly ports: PlanPorts },
): Promise<PlanReport> {
  const options = { prune: true, ...(onStep ? { onStep } : {}) };
  return (await applyDesired(withoutSources(names), ports, options)).report;
}

function isConnectorChange({ kind, action }: PlanStep): boolean {
  return kind === 'connector' && action === 'change';
}

type Prepared = Pick<SourcesPlan, 'sources' | 'notes'> & { readonly declared: readonly Source[] };

async function prepare(
  loaded: readonly SourceFile[],
  context: SourceContext,
  ports: Pick<SourcePorts, 'openDatabase'>,
): Promise<Prepared> {
  const checked = await Promise.all(loaded.map((one) => preflight(one, context, ports)));
  const problems = checked.flatMap((result) => result.problems);
  if (problems.length > 0) throw new ProblemsError('the preflight', problems);
  return {
    declared: loaded.map(({ source }) => source),
    sources: loaded.map(({ source }) => compileSource(source, context)),
    notes: checked.flatMap((result) => result.notes),
  };
}

/** Preflight of one file; a server that cannot be reached or entered is a problem like any other. */
export async function preflight(
  { file, source }: SourceFile,
  context: SourceContext,
  { openDatabase }: Pick<SourcePorts, 'openDatabase'>,
): Promise<PreflightResult> {
  const address = addressOf(source, context);
  if (!address) {
    const known = Object.keys(context.servers).join(', ');
    const message = `There is no server "${source.connection.server}" in this context; known are: ${known}.`;
    return { problems: [{ file, path: 'connection.server', message }], notes: [] };
  }
  try {
    const password = await readSecretFile(capturePasswordFile(source, context));
    const { database } = source.connection;
    await using opened = closing(
      openDatabase({
        ...address,
        engine: source.engine,
        user: source.capture.user,
        password,
        database,
      }),
    );
    return await preflightSource(source, opened.db);
  } catch (error) {
    const remedy = isBusError(error) ? error.remedy : undefined;
    const problem = { file, message: messageOf(error), ...(remedy ? { remedy } : {}) };
    return { problems: [problem], notes: [] };
  }
}

function closing(db: SqlDatabase): AsyncDisposable & { readonly db: SqlDatabase } {
  return { db, [Symbol.asyncDispose]: () => db.close() };
}
