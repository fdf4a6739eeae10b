/**
 * A source that Connect holds an empty position `{}` for: one that an earlier version, or Debezium's
 * own channel of notices, left. That channel's first record of a source that has no position yet is
 * the notice that its copy begins, and it carries what was known until then: nothing. A task that
 * ends between this notice and the first row finds `{}` at its next start. MariaDB's then fails for
 * ever; PostgreSQL's takes the copy for done, and the rows never come. Our channel leaves such
 * notices out (infra/native/java/), so that no new `{}` comes about.
 *
 * The cure is to forget `{}`, so that the next start is a first one again. It may be done without
 * asking because nothing is lost by it: a notice carries the position that its task began with, so
 * `{}` stands only where none was ever known, or a first copy was broken off, and in both cases
 * all rows are still to be copied. A position with a place in a log is left alone.
 */
import { must } from '../bus/base/assert.ts';
import { waitFor } from '../bus/base/retry.ts';
import type { ConnectCluster } from '../bus/connect/connect.ts';
import type { KafkaBus } from '../bus/kafka/kafka.ts';
import { ownerOf } from '../bus/plan/ownership.ts';
import { sourceNames } from './names.ts';

const FORGOTTEN_TIMEOUT_MS = 30_000;
const POSTGRESQL = 'io.debezium.connector.postgresql.PostgresConnector';

export type EmptyPositionPorts = {
  readonly connect: ConnectCluster;
  /** As one who may write the offsets topics of sources. */
  readonly kafka: Pick<KafkaBus, 'producer'>;
};

/**
 * Forgets the position of a source whose task failed if it is empty, and restarts the task, which
 * then copies every table. Throws BUS_TIMEOUT when Connect still shows it, and what Kafka and Connect
 * throw; every step may be done twice.
 */
export async function copyFromTheStart(
  connector: string,
  { connect, kafka }: EmptyPositionPorts,
): Promise<void> {
  const empty = (await connect.offsetsOf(connector)).filter(({ offset }) => isEmpty(offset));
  if (empty.length > 0) {
    const producer = await kafka.producer();
    try {
      // The key as Connect writes it; a record without value takes back what was said before.
      const records = empty.map(({ partition }) => ({
        key: JSON.stringify([connector, partition]),
        value: null,
      }));
      await producer.send(offsetsTopicOf(connector), records);
    } finally {
      await producer.close();
    }
    await waitFor(async () => !(await holdsEmptyPosition(connector, connect)), {
      what: `the empty position of ${connector} to be forgotten`,
      timeoutMs: FORGOTTEN_TIMEOUT_MS,
      intervalMs: 200,
    });
  }
  await connect.restart(connector, 'failed');
}

/** True when a restart as it is would begin behind rows that were never copied, without a word. */
export async function wouldSkipItsCopy(
  connector: string,
  connect: ConnectCluster,
): Promise<boolean> {
  const config = await connect.configOf(connector);
  if (config?.['connector.class'] !== POSTGRESQL) return false;
  return holdsEmptyPosition(connector, connect);
}

async function holdsEmptyPosition(connector: string, connect: ConnectCluster): Promise<boolean> {
  return (await connect.offsetsOf(connector)).some(({ offset }) => isEmpty(offset));
}

/** No place in any log. PostgreSQL's passes `{}` on with a time of zero added. */
function isEmpty(offset: unknown): boolean {
  return typeof offset === 'object' && offset !== null && !('file' in offset || 'lsn' in offset);
}

function offsetsTopicOf(connector: string): string {
  const owner = must(ownerOf('connector', connector), 'the connector of a source');
  return sourceNames(owner.replace('source/', '')).offsetsTopic;
}
