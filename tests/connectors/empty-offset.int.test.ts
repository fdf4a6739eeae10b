/**
 * The state that a task leaves which ends right after it said that its first copy begins: Connect
 * holds `{}` for it. Written by hand here, because that moment cannot be hit on purpose.
 */
import { describe, expect, test } from 'vitest';
import { waitFor } from '../../bus/base/retry.ts';
import { silentLog } from '../../bus/base/log.ts';
import { applySources } from '../../connectors/apply.ts';
import { copyFromTheStart } from '../../connectors/empty-position.ts';
import { keepSourcesRunning } from '../../connectors/keep-running.ts';
import { sourceNames } from '../../connectors/names.ts';
import { lacksItsPosition } from '../../connectors/task-failure.ts';
import { testStack } from '../support/env.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { realPostgres } from './postgresql/real-postgres.ts';
import { type RealSource, realSource, untilCaptured } from './real-source.ts';

const ROWS = 40n;
const stack = await testStack('empty');

describe('a source that Connect holds an empty position for', () => {
  test('is copied by its keeper, on MariaDB', async () => {
    const source = await realSource(stack);
    const { topic, connector } = await captured(source, source.database);
    await holdNothingFor(source);
    await source.ports.connect.resume(connector);
    await untilCaptured(source, 'the failure that no restart mends', async () => {
      const status = await source.ports.connect.statusOf(connector);
      return status !== undefined && lacksItsPosition(status) ? true : undefined;
    });
    const before = await rowsOf(source, topic);
    await using _keeper = keep(source, connector);
    expect(await untilOffsets(source, topic, before + ROWS)).toBeGreaterThan(before);
    await source.sql.execute("INSERT INTO person (id_number) VALUES ('new')");
    const copied = await rowsOf(source, topic);
    expect(await untilOffsets(source, topic, copied + 1n)).toBeGreaterThan(copied);
  });

  test('is copied by its keeper, on PostgreSQL, where a mere restart would leave the rows out', async () => {
    const source = await realPostgres(stack, { suffix: 'pg' });
    const { topic, connector } = await captured(source, 'public');
    await holdNothingFor(source);
    const before = await rowsOf(source, topic);
    // A failure of another kind, which a restart mends once its cause is gone.
    await source.sql.execute(`DROP PUBLICATION ${source.publication}`);
    await source.ports.connect.resume(connector);
    await untilCaptured(source, 'a failed task', async () => {
      const status = await source.ports.connect.statusOf(connector);
      return status?.tasks.some(({ state }) => state === 'failed') ? true : undefined;
    });
    await source.sql.execute(`CREATE PUBLICATION ${source.publication} FOR TABLE person`);
    await using _keeper = keep(source, connector);
    expect(await untilOffsets(source, topic, before + ROWS)).toBeGreaterThan(before);
  });
});

/** Applies `source` with its rows and waits until they are captured once. */
async function captured(
  source: RealSource,
  space: string,
): Promise<{ readonly topic: string; readonly connector: string }> {
  const values = Array.from({ length: Number(ROWS) }, (_, at) => `('${at}')`).join(', ');
  await source.sql.execute(`INSERT INTO person (id_number) VALUES ${values}`);
  await applySources([await source.file()], source.context, source);
  const topic = `cdc.${source.name}.${space}.person`;
  await untilOffsets(source, topic, ROWS);
  return { topic, connector: sourceNames(source.name).connector };
}

/** Stops the source and leaves `{}` where Connect keeps its position. */
async function holdNothingFor(source: RealSource): Promise<void> {
  const { connector, offsetsTopic, topicPrefix } = sourceNames(source.name);
  const { connect } = source.ports;
  await connect.stop(connector);
  await waitFor(async () => (await connect.statusOf(connector))?.tasks.length === 0, {
    what: 'the task to end',
    timeoutMs: PATIENCE_MS,
  });
  const producer = await source.kafka.producer();
  const key = JSON.stringify([connector, { server: topicPrefix }]);
  await producer.send(offsetsTopic, [{ key, value: '{}' }]);
  await producer.close();
  const [held] = await connect.offsetsOf(connector);
  expect(held?.offset).toEqual({});
}

/** A keeper of this one source, as it runs beside a stack. */
function keep({ ports, kafka }: RealSource, connector: string) {
  const end = new AbortController();
  const running = keepSourcesRunning({
    connect: ports.connect,
    log: silentLog,
    signal: end.signal,
    mayRestart: (name) => name === connector,
    recapture: (name) => copyFromTheStart(name, { connect: ports.connect, kafka }),
  });
  return {
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
    },
  };
}

async function untilOffsets(source: RealSource, topic: string, count: bigint): Promise<bigint> {
  return untilCaptured(source, `${count} offsets of ${topic}`, async () => {
    const found = await rowsOf(source, topic);
    return found >= count ? found : undefined;
  });
}

/** Offsets of `topic`; markers of transactions take some too. */
async function rowsOf({ ports }: RealSource, topic: string): Promise<bigint> {
  return (await ports.admin.offsets([topic])).reduce((sum, { end }) => sum + end, 0n);
}
