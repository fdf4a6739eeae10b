/**
 * Capture from the beginning: forgets where the connector was and copies every table anew. For
 * when the binary log was purged under a capture that stood still, or a table is declared whose
 * definition the history never saw. Topics with rows stay: consumers meet the rows again as
 * snapshot rows. Connect's own call for this never answers where a connector has an offsets
 * topic of its own, so the topics themselves are made anew.
 */
import { BusError } from '../bus/base/errors.ts';
import { waitFor } from '../bus/base/retry.ts';
import type { PlanPorts } from '../bus/plan/actual.ts';
import type { ConnectCluster } from '../bus/connect/connect.ts';
import { sourceNames } from './names.ts';
import type { Source } from './source.ts';
import { sourceTopics } from './topics.ts';
import { untilSourceRuns } from './until-running.ts';

const STEP_TIMEOUT_MS = 30_000;

/**
 * Starts the capture of `source` anew and resolves when it runs. Throws SOURCE_NOT_APPLIED when it
 * has no connector, SOURCE_NOT_RUNNING. Safe to repeat: every step is one that may be done twice.
 */
export async function recaptureSource(
  source: Source,
  ports: PlanPorts & { readonly connect: ConnectCluster },
): Promise<void> {
  const { admin, connect } = ports;
  const names = sourceNames(source.name);
  if ((await connect.statusOf(names.connector)) === undefined) {
    throw new BusError('SOURCE_NOT_APPLIED', { source: source.name, connector: names.connector });
  }
  await connect.stop(names.connector);
  await until(`${names.connector} to stop`, async () => {
    const status = await connect.statusOf(names.connector);
    return status?.state === 'stopped' && status.tasks.length === 0;
  });
  const positions = sourceTopics(source).filter(
    ({ name }) => name === names.offsetsTopic || name === names.historyTopic,
  );
  const topics = positions.map(({ name }) => name);
  const existing = new Set(await admin.listTopics());
  await admin.deleteTopics(topics.filter((topic) => existing.has(topic)));
  await until('the old positions to go', async () => {
    const left = await admin.listTopics();
    return !topics.some((topic) => left.includes(topic));
  });
  await admin.createTopics(positions);
  await until(
    'the new topics',
    async () => (await admin.describeTopics(topics)).length === topics.length,
  );
  await connect.resume(names.connector);
  await until(`${names.connector} to resume`, async () => {
    return (await connect.statusOf(names.connector))?.state === 'running';
  });
  await untilSourceRuns({ name: source.name, connector: names.connector }, { ports });
}

async function until(what: string, probe: () => Promise<boolean>): Promise<void> {
  await waitFor(probe, { what, timeoutMs: STEP_TIMEOUT_MS, intervalMs: 100 });
}
