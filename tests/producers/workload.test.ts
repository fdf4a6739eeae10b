import { describe, expect, test } from 'vitest';
import { BusError } from '../../bus/base/errors.ts';
import { seededRandom } from '../../bus/base/random.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { createCity } from '../../producers/city.ts';
import { defineDepartment, type Step } from '../../producers/department.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import { recordingDatabase, type Statement } from './recording-database.ts';

const city = createCity({ seed: 9, size: 600 });

/** Sampled keys and numbers exist in this database; sessions stand at zero. */
function answer({ sql, values }: Statement) {
  if (sql.includes('workload_session')) return [{ last_number: 0 }];
  if (sql.includes('MAX(')) return [{ last: null }];
  if (sql.includes('spouse_a_id_number AS')) {
    return [{ number: String(values[0]), event: 'married', spouseA: 'a', spouseB: 'b' }];
  }
  const columns = /^SELECT (.*?) FROM/s.exec(sql)?.[1]?.split(', ') ?? [];
  return [Object.fromEntries(columns.map((column) => [nameOf(column), String(values.at(-1))]))];
}

function nameOf(selected: string): string {
  return selected.split(' AS ').at(-1) ?? selected;
}

async function day(name: string, seed: number, steps: number): Promise<Statement[]> {
  const department = DEPARTMENTS.find((each) => each.name === name)!;
  const db = recordingDatabase(answer);
  await department.load(recordingDatabase(answer), createCity({ seed, size: 0 }));
  const workload = await department.workload({ db, city, random: seededRandom(seed) });
  for (let i = 0; i < steps; i++) await workload.step();
  // The session's own name is unique on purpose and says nothing about the city.
  return db.statements.filter(({ sql }) => !sql.includes('workload_session'));
}

function oneStep(step: Partial<Step>, db: SqlDatabase = recordingDatabase(answer)) {
  const department = defineDepartment({
    name: 'one',
    databaseName: 'one',
    tables: ['t'],
    schemaFile: new URL('file:///none'),
    async loadBatch() {},
    steps: [
      {
        name: 'only',
        weight: 1,
        run: async (scene) => void (await scene.write('t', 'W')),
        ...step,
      },
    ],
  });
  return department.workload({ db, city, random: seededRandom(1) });
}

describe.each(DEPARTMENTS)('the day of $name', (department) => {
  test('is the same statements again for the same seed, and others for another', async () => {
    const first = await day(department.name, 5, 200);
    expect(await day(department.name, 5, 200)).toEqual(first);
    expect(await day(department.name, 6, 200)).not.toEqual(first);
  });

  test('loads the same rows again for the same seed', async () => {
    const load = async () => {
      const db = recordingDatabase(answer);
      await department.load(db, city);
      return db.statements;
    };
    const first = await load();
    expect(first.length).toBeGreaterThan(2);
    expect(await load()).toEqual(first);
  });

  test('each kind of step can be asked for by name, and names are unique', async () => {
    const names = department.steps.map((step) => step.name);
    expect(new Set(names).size).toBe(names.length);
    const options = { db: recordingDatabase(answer), city, random: seededRandom(2) };
    const workload = await department.workload(options);
    for (const name of names) await workload.step(name);
    expect(Object.keys(workload.counters.steps)).toEqual(names);
    const taken = workload.counters.rolledBack + workload.counters.refused;
    expect(taken).toBe(department.steps.filter((step) => step.ends !== undefined).length);
  });
});

describe('a step', () => {
  test('that ends in a rollback counts no rows', async () => {
    const db = recordingDatabase(answer);
    const workload = await oneStep({ ends: 'rollback' }, db);
    await workload.step();
    expect(workload.counters).toMatchObject({ transactions: 0, rolledBack: 1, rows: {} });
    expect(db.ends).toEqual(['rollback']);
  });

  test('whose value must be refused and was accepted is taken back and reported', async () => {
    const db = recordingDatabase(answer);
    const workload = await oneStep({ ends: 'refused' }, db);
    await expect(workload.step()).rejects.toMatchObject({ code: 'PRODUCER_NOT_REFUSED' });
    expect(db.ends).toEqual(['rollback']);
  });

  test.each([
    { code: 'SQL_DEADLOCK', reason: 'the server chose it as a victim' },
    { code: 'SQL_CONNECTION_LOST', reason: 'the connection broke before COMMIT' },
    { code: 'SQL_DISK_FULL', reason: 'room may come back' },
  ] as const)('is repeated with the same wishes after $code: $reason', async ({ code }) => {
    const wishes: number[] = [];
    const run: Step['run'] = async (scene) => {
      wishes.push(scene.random.int(0, 1_000_000));
      if (wishes.length < 3) throw new BusError(code);
    };
    const workload = await oneStep({ run });
    await workload.step();
    expect(workload.counters).toMatchObject({ transactions: 1, retried: 2 });
    expect(new Set(wishes).size).toBe(1);
  });

  test('whose key is there already is counted as refused', async () => {
    const run = () => Promise.reject(new BusError('SQL_DUPLICATE'));
    const workload = await oneStep({ run });
    await workload.step();
    expect(workload.counters).toMatchObject({ transactions: 0, refused: 1 });
  });

  test.each([
    { code: 'SQL_ACCESS_DENIED', reason: 'nobody but an operator can help' },
    { code: 'SQL_BAD_VALUE', reason: 'only a step that means it may send bad values' },
  ] as const)('that fails with $code ends the workload: $reason', async ({ code }) => {
    const workload = await oneStep({ run: () => Promise.reject(new BusError(code)) });
    const expected = {
      code: 'PRODUCER_STEP_FAILED',
      details: { step: 'only', department: 'one', code },
    };
    await expect(workload.step()).rejects.toMatchObject(expected);
  });
});

describe('a COMMIT whose answer is lost', () => {
  test.each([
    { serverHas: 1, retried: 0, resolved: 1, runs: 1, reason: 'it had happened' },
    { serverHas: 0, retried: 1, resolved: 0, runs: 2, reason: 'it had not, so it is repeated' },
  ])('is resolved by reading: $reason', async ({ serverHas, retried, resolved, runs }) => {
    let lost = false;
    const inner = recordingDatabase(() => [{ last_number: lost ? serverHas : 0 }]);
    const db: SqlDatabase = {
      ...inner,
      async transaction(work) {
        const result = await inner.transaction(work);
        if (lost) return result;
        lost = true;
        throw new BusError('SQL_COMMIT_UNKNOWN');
      },
    };
    let ran = 0;
    const workload = await oneStep({ run: async () => void ran++ }, db);
    await workload.step();
    expect(workload.counters).toMatchObject({ transactions: 1, retried, resolved });
    expect(ran).toBe(runs);
  });
});
