/**
 * The state that Debezium's own channel of notices leaves when a task ends right after it said that
 * its first copy begins: Connect holds `{}` for it. Written by hand here, because our channel does
 * not bring it about (first-copy.int.test.ts).
 */
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../bus/base/log.ts';
import { copyFromTheStart } from '../../connectors/empty-position.ts';
import { keepSourcesRunning } from '../../connectors/keep-running.ts';
import { lacksItsPosition } from '../../connectors/task-failure.ts';
import { testStack } from '../support/env.ts';
import { captured, holdPosition, ROWS, rowsOf, untilOffsets } from './copied-rows.ts';
import { realPostgres } from './postgresql/real-postgres.ts';
import { type RealSource, realSource, untilCaptured } from './real-source.ts';

const stack = await testStack('empty');

describe('a source that Connect holds an empty position for', () => {
  test('is copied by its keeper, on MariaDB', async () => {
    const source = await realSource(stack);
    const { topic, connector } = await captured(source, source.database);
    await holdPosition(source, '{}');
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
    await holdPosition(source, '{}');
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
