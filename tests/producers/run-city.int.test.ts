import { describe, expect, test } from 'vitest';
import { BusError } from '../../bus/base/errors.ts';
import { waitFor } from '../../bus/base/retry.ts';
import { seededRandom } from '../../bus/base/random.ts';
import type { SqlDatabase, SqlSession } from '../../bus/sql/sql.ts';
import { createCity } from '../../producers/city.ts';
import { compareRows } from '../../producers/compare-rows.ts';
import { civilAffairs } from '../../producers/civil-affairs/civil-affairs.ts';
import { police } from '../../producers/police/police.ts';
import { expectedPopulation } from '../../producers/population-oracle.ts';
import { runCity, type CityCounters } from '../../producers/run-city.ts';
import { readSourceTables } from '../../producers/source-tables.ts';
import { testStack } from '../support/env.ts';
import { cityHere, type CityHere } from './support.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const stack = await testStack('city');
const SIZE = 300;
const city = createCity({ seed: 21, size: SIZE });
const FAST = 1_000_000;
const SPINE = [police, civilAffairs];

function run(here: CityHere, options: { readonly stepsMax: number; readonly seed?: number }) {
  return runCity({
    departments: here.departments.map(({ department }) => department),
    databases: here.databases,
    seed: 21,
    size: SIZE,
    ratePerSecond: FAST,
    ...options,
  });
}

type Trouble = 'cut before COMMIT' | 'answer lost after COMMIT';

/** The same database, on which every `every`-th transaction meets real trouble at its end. */
function troubled(
  db: SqlDatabase,
  root: SqlDatabase,
  trouble: Trouble,
  every: number,
): SqlDatabase {
  let count = 0;
  return {
    query: (sql, values) => db.query(sql, values),
    execute: (sql, values) => db.execute(sql, values),
    close: () => db.close(),
    async transaction(work, isolation) {
      const hit = ++count % every === 0;
      const result = await db.transaction(async (sql) => {
        const done = await work(sql);
        if (hit && trouble === 'cut before COMMIT') await cut(sql, root);
        return done;
      }, isolation);
      if (hit && trouble === 'answer lost after COMMIT') throw new BusError('SQL_COMMIT_UNKNOWN');
      return result;
    },
  };
}

/** Ends the connection of `sql` from outside, as a crash or an operator would. */
async function cut(sql: SqlSession, root: SqlDatabase): Promise<void> {
  const [row] = await sql.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
  await root.execute(`KILL CONNECTION ${row!.id}`);
}

describe('a run of the city', () => {
  test('leaves the same rows in both runs of one seed, whatever the server did in between', async () => {
    const [one, two] = [
      await cityHere(stack, { city, suffix: 'a' }),
      await cityHere(stack, { city, suffix: 'b' }),
    ];
    const counters = await run(one, { stepsMax: 900 });
    await run(two, { stepsMax: 900 });
    const [first, second] = [
      await readSourceTables(one.databases),
      await readSourceTables(two.databases),
    ];
    expect(first).toEqual(second);
    const comparison = compareRows(expectedPopulation(first), expectedPopulation(second));
    expect(comparison).toMatchObject({ equal: true, expectedRows: first.person.length });
    expect(counters.transactions + counters.rolledBack + counters.refused).toBe(900);
  });

  test('every kind of step does what its name says', async () => {
    const here = await cityHere(stack, { city, suffix: 'c' });
    for (const { department, db } of here.departments) {
      const workload = await department.workload({ db, city, random: seededRandom(4) });
      for (const step of department.steps) {
        const before = workload.counters;
        await workload.step(step.name);
        const { transactions, rolledBack, refused } = workload.counters;
        expect({
          step: step.name,
          // A key that is there already is refused: rare, and right.
          ended: transactions + refused - before.transactions - before.refused,
          rolledBack: rolledBack - before.rolledBack,
        }).toEqual({
          step: step.name,
          ended: step.ends === 'rollback' ? 0 : 1,
          rolledBack: step.ends === 'rollback' ? 1 : 0,
        });
      }
      const steps = department.steps.filter((step) => step.ends === undefined).length;
      expect(workload.counters.transactions).toBeGreaterThan(steps / 2);
      await workload.end();
      expect(
        await db.query("SELECT * FROM workload_session WHERE session_name LIKE 'workload-%'"),
      ).toEqual([]);
    }
  });

  test('what is rolled back was written and is never visible', async () => {
    const here = await cityHere(stack, { city, suffix: 'd' });
    const before = await readSourceTables(here.databases);
    for (const { department, db } of here.departments) {
      const workload = await department.workload({ db, city, random: seededRandom(5) });
      for (let i = 0; i < 20; i++) await workload.step('rollback');
      expect(workload.counters).toMatchObject({ rolledBack: 20, transactions: 0, rows: {} });
    }
    expect(await readSourceTables(here.databases)).toEqual(before);
  });

  test('a zero date is refused by the server, whole transaction and all', async () => {
    const here = await cityHere(stack, { city, suffix: 'e', only: SPINE });
    const before = await readSourceTables(here.databases);
    for (const { department, db } of here.departments) {
      const workload = await department.workload({ db, city, random: seededRandom(6) });
      for (let i = 0; i < 5; i++) await workload.step('zero-date');
      expect(workload.counters).toMatchObject({ refused: 5, transactions: 0 });
    }
    expect(await readSourceTables(here.databases)).toEqual(before);
  });

  test('values at the edge of their types come back as they were written', async () => {
    const here = await cityHere(stack, { city, suffix: 'f', only: SPINE });
    const workload = await here.departments[0]!.department.workload({
      db: here.police,
      city,
      random: seededRandom(7),
    });
    for (let i = 0; i < 80; i++) await workload.step('extremes');
    const [row] = await here.police.query(
      `SELECT CAST(MAX(record_number) AS CHAR) AS big, CAST(MAX(updated_at) AS CHAR) AS late,
        CAST(MIN(updated_at) AS CHAR) AS early, CAST(MIN(height_cm) AS CHAR) AS low,
        SUM(LOCATE(CHAR(0), remarks) > 0) > 0 AS has_zero, SUM(remarks LIKE '%🧧%') > 0 AS has_emoji,
        SUM(photo_reference = '') > 0 AS has_empty, SUM(photo_reference IS NULL) > 0 AS has_null FROM person`,
    );
    expect(row).toEqual({
      big: '18446744073709551615',
      late: '9999-12-31 23:59:59.999999',
      early: '1000-01-01 00:00:00.000000',
      low: '-999.99',
      has_zero: 1,
      has_emoji: 1,
      has_empty: 1,
      has_null: 1,
    });
  });
});

describe('a run of the city on a bad day', () => {
  test.each([
    { trouble: 'cut before COMMIT', suffix: 'h', retried: 20, resolved: 0 },
    { trouble: 'answer lost after COMMIT', suffix: 'j', retried: 0, resolved: 20 },
  ] as const)(
    'ends with the rows of a good one: $trouble',
    async ({ trouble, suffix, ...expected }) => {
      const good = await cityHere(stack, { city, suffix: `${suffix}0`, only: SPINE });
      const bad = await cityHere(stack, { city, suffix: `${suffix}1`, only: SPINE });
      const root = await stack.openSql('providers');
      const databases = {
        police: troubled(bad.police, root, trouble, 7),
        'civil-affairs': troubled(bad.civilAffairs, root, trouble, 7),
      };
      const counters = await run({ ...bad, databases }, { stepsMax: 300 });
      await run(good, { stepsMax: 300 });
      expect(counters.retried).toBeGreaterThanOrEqual(expected.retried);
      expect(counters.resolved).toBeGreaterThanOrEqual(expected.resolved);
      const [wanted, actual] = [
        await readSourceTables(good.databases),
        await readSourceTables(bad.databases),
      ];
      expect(actual).toEqual(wanted);
    },
  );

  /** A run that goes on until `stop`, and how far it is. */
  function begin({ databases }: CityHere, writersPerDepartment = 1) {
    const stop = new AbortController();
    let seen: CityCounters | undefined;
    const running = runCity({
      departments: SPINE,
      databases,
      seed: 3,
      size: SIZE,
      ratePerSecond: 200,
      signal: stop.signal,
      writersPerDepartment,
      onCounters: (counters) => (seen = counters),
    });
    const until = (what: string, holds: (counters: CityCounters) => boolean) =>
      waitFor(() => seen !== undefined && holds(seen), { what, timeoutMs: PATIENCE_MS });
    return { running, until, stop: () => stop.abort() };
  }

  test('stops when asked, with the transaction at hand finished and its session forgotten', async () => {
    const here = await cityHere(stack, { city, suffix: 'i', only: SPINE });
    const { running, until, stop } = begin(here, 2);
    await until('20 transactions', ({ transactions }) => transactions > 20);
    stop();
    const counters = await running;
    expect(counters.transactions).toBeGreaterThan(20);
    expect(Object.keys(counters.byDepartment)).toEqual(['police', 'civil-affairs']);
    const sessions = await here.police.query('SELECT session_name FROM workload_session');
    expect(sessions).toEqual([{ session_name: 'initial-load' }]);
  });

  test('ends without an error when it is asked to while a database is away', async () => {
    const here = await cityHere(stack, { city, suffix: 'k', only: SPINE });
    const { running, until, stop } = begin(here);
    const transactions = ({ byDepartment }: CityCounters) =>
      byDepartment['police']?.transactions ?? 0;
    await until('work of the police', (counters) => transactions(counters) > 2);
    await here.police.close();
    await until('repeated attempts', ({ retried }) => retried > 2);
    stop();
    expect((await running).retried).toBeGreaterThan(2);
  });

  test('without a database for a department it refuses to begin', async () => {
    const beginning = runCity({
      departments: SPINE,
      databases: {},
      seed: 1,
      size: 1,
      ratePerSecond: 1,
    });
    await expect(beginning).rejects.toMatchObject({ code: 'PRODUCER_DATABASE_MISSING' });
  });
});
