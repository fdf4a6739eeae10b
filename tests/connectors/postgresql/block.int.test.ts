/** A department on PostgreSQL as a block of a view: every way in which its rows change, to the hub. */
import { beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../../bus/base/retry.ts';
import type { SqlRow } from '../../../bus/sql/sql.ts';
import { sweepUnit } from '../../../bus/view/sweep/sweep.ts';
import { applySources } from '../../../connectors/apply.ts';
import { sourceNames } from '../../../connectors/names.ts';
import { testStack } from '../../support/env.ts';
import { capturedView, personView, type CapturedView } from '../../support/view/captured-view.ts';
import { untilCaptured } from '../real-source.ts';
import { realPostgres, type RealPostgres } from './real-postgres.ts';
import { PATIENCE_MS } from '../../support/patience.ts';

const stack = await testStack('pgblock');
let source: RealPostgres;
let captured: CapturedView;

const PEOPLE = [
  ['1', 'first', '2000-02-29'],
  ['2', '𠮷㐂 ', null],
  ['3', '', '1582-10-15'],
] as const;

beforeAll(async () => {
  source = await realPostgres(stack);
  for (const person of PEOPLE) await insert(person);
  const { ports, context } = source;
  const file = await source.file();
  await applySources([file], context, { ports });
  captured = await capturedView(stack, source, file, (of, database) =>
    personView({ ...of, database: 'public' }, database),
  );
  await captured.run();
});

test('the rows that were there are copied', async () => {
  await untilEqual();
  expect(await captured.rows()).toHaveLength(PEOPLE.length);
});

test('inserts, updates, deletes and changed keys follow, in one transaction and in many', async () => {
  const { sql } = source;
  await sql.execute("UPDATE person SET name = 'changed' WHERE id_number = '1'");
  await sql.transaction(async (session) => {
    await session.execute("DELETE FROM person WHERE id_number = '2'");
    await session.execute("INSERT INTO person (id_number, name) VALUES ('2', 'again')");
    await session.execute("UPDATE person SET id_number = '30' WHERE id_number = '3'");
    await session.execute("INSERT INTO person (id_number) VALUES ('4')");
    await session.execute('SAVEPOINT s');
    await session.execute("UPDATE person SET name = 'never seen' WHERE id_number = '4'");
    await session.execute('ROLLBACK TO SAVEPOINT s');
  });
  await sql.execute("DELETE FROM person WHERE id_number = '1'");
  await untilEqual();
  const names = (await captured.rows()).map((row) => [row['id_number'], row['name']]);
  expect(names).toEqual([
    ['2', 'again'],
    ['30', ''],
    ['4', null],
  ]);
});

test('a captured row comes from whoever wrote last, also where the log says otherwise', async () => {
  const { sql } = source;
  const written = Promise.withResolvers<void>();
  const [first, second] = [
    sql.transaction(async (session) => {
      await session.execute("DELETE FROM person WHERE id_number = '4'");
      written.resolve();
      // The other one waits for this row's fate; what follows stands later in the log than its insert.
      await sql.execute("INSERT INTO person (id_number, name) VALUES ('unrelated', 'x')");
      await session.execute("INSERT INTO person (id_number, name) VALUES ('4', 'one moment')");
      await session.execute("DELETE FROM person WHERE id_number = '4'");
    }),
    written.promise.then(() =>
      sql.execute("INSERT INTO person (id_number, name) VALUES ('4', 'the last')"),
    ),
  ];
  await Promise.all([first, second]);
  await untilEqual();
  const rows = await captured.rows();
  expect(rows.find((row) => row['id_number'] === '4')).toMatchObject({ name: 'the last' });
});

test('no change is lost or doubled when capture starts anew in the middle', async () => {
  const { sql, ports, name } = source;
  const { connector } = sourceNames(name);
  for (let i = 0; i < 200; i++) {
    await insert([`k${i}`, `before ${i}`, null]);
    if (i === 100) await ports.connect.restart(connector, 'all');
  }
  await sql.execute("UPDATE person SET name = 'after' WHERE id_number LIKE 'k1%'");
  await untilEqual();
  expect((await captured.rows()).length).toBeGreaterThanOrEqual(200);
});

test('a truncated table halts its unit until a person accepts it, and is then read again', async () => {
  await source.sql.execute('TRUNCATE person');
  await insert(['after', 'the truncate', null]);
  const halted = "SELECT 1 FROM civicbus_offset WHERE halt_code = 'VIEW_TRUNCATED'";
  await waitFor(async () => (await captured.hub.query(halted)).length > 0, {
    what: 'the unit to halt',
    timeoutMs: PATIENCE_MS,
    intervalMs: 200,
  });
  const swept = await sweepUnit({
    view: captured.view,
    unit: 'identity',
    accept: true,
    ports: captured.sweep,
    timeoutMs: 150_000,
  });
  expect(swept.cleared).toBeGreaterThan(200);
  await untilEqual();
  expect(await captured.rows()).toHaveLength(1);
});

async function insert(person: readonly (string | null)[]): Promise<void> {
  const text = 'INSERT INTO person (id_number, name, born_on) VALUES (?, ?, ?)';
  await source.sql.execute(text, person);
}

async function untilEqual(): Promise<void> {
  await untilCaptured(source, 'the view to equal the table', async () => {
    const wanted = await source.sql.query<SqlRow>(
      'SELECT id_number, name, born_on FROM person ORDER BY id_number COLLATE "C"',
    );
    const found = await captured.rows();
    return JSON.stringify(found) === JSON.stringify(wanted) || undefined;
  });
}
