/**
 * A task that is restarted in its very first copy, which is held by a lock at the source from
 * before its first row. What it said until then must not have left a position behind: the next
 * task copies every row.
 */
import { describe, expect, test } from 'vitest';
import { must } from '../../bus/base/assert.ts';
import { systemClock } from '../../bus/base/clock.ts';
import { readRecords } from '../../bus/kafka/read-records.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';
import { sourceNames } from '../../connectors/names.ts';
import { untilSourceTurns } from '../../connectors/until-running.ts';
import { testStack } from '../support/env.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import {
  captured,
  heldPositions,
  holdPosition,
  ROWS,
  rowsOf,
  untilOffsets,
} from './copied-rows.ts';
import { realPostgres } from './postgresql/real-postgres.ts';
import { type RealSource, realSource, untilCaptured } from './real-source.ts';

/** Ten times as long as the capture takes to hand on what it has said. */
const WATCHED_MS = 1_000;
const stack = await testStack('first');

describe('a source whose task is restarted in its first copy', () => {
  test('is copied by the next one, on MariaDB', async () => {
    const source = await realSource(stack);
    const positions = await interruptFirstCopy(source, source.database, {
      // The copy begins with a lock of its own, which has to wait for this one.
      async hold(work) {
        await source.sql.transaction(async (session) => {
          await session.execute('LOCK TABLES person WRITE');
          try {
            await work();
          } finally {
            await session.execute('UNLOCK TABLES');
          }
        });
      },
      waiting: `SELECT id FROM information_schema.processlist WHERE user = ? AND info LIKE '%WITH READ LOCK'`,
    });
    expect(positions.filter((position) => !('file' in position))).toEqual([]);
  });

  test('is copied by the next one, on PostgreSQL', async () => {
    const create = `CREATE TABLE person (
      id_number varchar(18) NOT NULL PRIMARY KEY,
      name varchar(100) DEFAULT 'nobody',
      born_on date,
      photo bytea
    )`;
    const source = await realPostgres(stack, { suffix: 'pg', create });
    const limits = { idleTransactionSeconds: 300 };
    const { database } = source;
    const locking = await stack.openSql('registers', { database, limits });
    const positions = await interruptFirstCopy(source, 'public', {
      // Reading what a column's default is has to wait for this one.
      async hold(work) {
        await locking.transaction(async (session: SqlSession) => {
          await session.execute('LOCK TABLE person IN ACCESS EXCLUSIVE MODE');
          await work();
        });
      },
      waiting: `SELECT pid FROM pg_stat_activity WHERE usename = ? AND wait_event_type = 'Lock'`,
    });
    expect(positions.filter((position) => !('lsn' in position))).toEqual([]);
  });
});

type Hold = {
  /** Has every copy wait, before its first row, until `work` is done. */
  readonly hold: (work: () => Promise<void>) => Promise<void>;
  /** A query for sessions of the capture's user that wait so. */
  readonly waiting: string;
};

/** Restarts the task while its first copy waits. Answers each position stored until all rows came. */
async function interruptFirstCopy(
  source: RealSource,
  space: string,
  { hold, waiting }: Hold,
): Promise<object[]> {
  const { connect } = source.ports;
  const { topic, connector } = await captured(source, space);
  await holdPosition(source, null);
  const from = await endOfPositions(source);
  const before = await rowsOf(source, topic);
  await hold(async () => {
    await connect.resume(connector);
    await untilCaptured(source, 'a copy that waits', async () => {
      const sessions = await source.sql.query(waiting, [source.captureUser]);
      return sessions.length > 0 || undefined;
    });
    const until = systemClock.now() + WATCHED_MS;
    while (systemClock.now() < until) expect(await heldPositions(source)).toEqual([]);
    await connect.restart(connector, 'all');
    await untilSourceTurns(connector, source);
  });
  expect(await untilOffsets(source, topic, before + ROWS)).toBeGreaterThan(before);
  const positions = await positionsSince(source, from);
  expect(positions.length).toBeGreaterThan(0);
  return positions;
}

async function endOfPositions({ name, ports }: RealSource): Promise<bigint> {
  const [only] = await ports.admin.offsets([sourceNames(name).offsetsTopic]);
  return must(only, 'positions are kept in one partition').end;
}

/** Every position that Connect was given for the source, those in between included. */
async function positionsSince(source: RealSource, from: bigint): Promise<object[]> {
  const positions: object[] = [];
  const end = await endOfPositions(source);
  await readRecords(
    source.kafka,
    { topic: sourceNames(source.name).offsetsTopic, partition: 0, offset: from },
    {
      record({ value, offset }) {
        if (value !== null) positions.push(JSON.parse(value.toString()) as object);
        return offset + 1n >= end ? 'enough' : 'more';
      },
      passed: (next) => (next >= end ? 'enough' : 'more'),
    },
    { timeoutMs: PATIENCE_MS },
  );
  return positions;
}
