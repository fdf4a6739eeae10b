/**
 * A department changes its tables while data flows: from its DDL to the view, on the real stack.
 * Each case has a table and a block of its own; what stops one must stop no other, and no value of
 * a stopped one may be lost or turned into NULL.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contractDifferences } from '../../bus/avro/contract.ts';
import { must } from '../../bus/base/assert.ts';
import { systemClock } from '../../bus/base/clock.ts';
import { isBusError } from '../../bus/base/errors.ts';
import { retry, waitFor } from '../../bus/base/retry.ts';
import type { SqlRow } from '../../bus/sql/sql.ts';
import { resolveView } from '../../bus/view/declaration/resolve.ts';
import type { RunningView } from '../../bus/view/run.ts';
import { clearHalt, listOffsets, type OffsetRow } from '../../bus/view/store/offset-store.ts';
import { sweepUnit } from '../../bus/view/sweep/sweep.ts';
import { unitName, type ViewModel } from '../../bus/view/view.ts';
import { applySources } from '../../connectors/apply.ts';
import { column } from '../bus/avro/reading.ts';
import { testStack } from '../support/env.ts';
import { type CapturedView, capturedView, personView } from '../support/view/captured-view.ts';
import { realSource, type RealSource, untilCaptured } from './real-source.ts';
import { PATIENCE_MS } from '../support/patience.ts';

type Case = {
  readonly name: string;
  /** The column `value` as the department made it, and its first value in every row. */
  readonly made: string;
  readonly first: string | number;
  readonly viewType: string;
  readonly ddl: string;
  readonly later: string | number | null;
  readonly reason: string;
};

const PASSING: readonly Case[] = [
  {
    name: 'added',
    made: 'varchar(20) NULL',
    first: 'old',
    viewType: 'varchar(20)',
    ddl: 'ADD extra VARCHAR(20) NOT NULL FIRST',
    later: 'new',
    reason: 'a column that nobody declared is added, before all others',
  },
  {
    name: 'widened',
    made: 'varchar(50) NULL',
    first: 'old',
    viewType: 'varchar(100)',
    ddl: 'MODIFY value VARCHAR(100) NULL',
    later: 'w'.repeat(100),
    reason: 'a text grows as far as the view holds it',
  },
  {
    name: 'grown',
    made: 'int NULL',
    first: 1,
    viewType: 'bigint',
    ddl: 'MODIFY value BIGINT NULL',
    later: 5_000_000_000,
    reason: 'a number grows as far as the view holds it',
  },
  {
    name: 'opened',
    made: 'varchar(20) NOT NULL',
    first: 'old',
    viewType: 'varchar(20)',
    ddl: 'MODIFY value VARCHAR(20) NULL',
    later: null,
    reason: 'NULL is allowed from now on',
  },
  {
    name: 'closed',
    made: 'varchar(20) NULL',
    first: 'old',
    viewType: 'varchar(20)',
    ddl: "MODIFY value VARCHAR(20) NOT NULL DEFAULT 'none'",
    later: 'new',
    reason: 'NULL is no longer allowed, and there is a default',
  },
];

type Stopping = Case & { readonly code: string; readonly undo: string };

const STOPPING: readonly Stopping[] = [
  {
    name: 'outgrown',
    made: 'varchar(20) NULL',
    first: 'old',
    viewType: 'varchar(20)',
    ddl: 'MODIFY value VARCHAR(40) NULL',
    later: 'short',
    code: 'AVRO_COLUMN_WIDER',
    undo: 'MODIFY value VARCHAR(20) NULL',
    reason: 'a text grows beyond the view, though no value does yet',
  },
  {
    name: 'outnumbered',
    made: 'int NULL',
    first: 1,
    viewType: 'int',
    ddl: 'MODIFY value BIGINT NULL',
    later: 2,
    code: 'AVRO_COLUMN_WIDER',
    undo: 'MODIFY value INT NULL',
    reason: 'a number grows beyond the view, though no value does yet',
  },
  {
    name: 'dropped',
    made: 'varchar(20) NULL',
    first: 'old',
    viewType: 'varchar(20)',
    ddl: 'DROP COLUMN value, ADD note INT NULL',
    later: null,
    code: 'AVRO_COLUMN_MISSING',
    undo: "ADD value VARCHAR(20) NULL DEFAULT 'restored'",
    reason: 'the column is gone',
  },
  {
    name: 'retyped',
    made: 'varchar(20) NULL',
    first: '17',
    viewType: 'varchar(20)',
    ddl: 'MODIFY value INT NULL',
    later: 18,
    code: 'AVRO_COLUMN_TYPE',
    undo: 'MODIFY value VARCHAR(20) NULL',
    reason: 'a text becomes a number, which the registry’s rule would refuse',
  },
  {
    name: 'renamed',
    made: 'varchar(20) NULL',
    first: 'old',
    viewType: 'varchar(20)',
    ddl: 'RENAME COLUMN value TO worth',
    later: null,
    code: 'AVRO_COLUMN_MISSING',
    undo: '',
    reason: 'the column has another name',
  },
];

/** Between the changes that go on beside it all: often enough to be met by every case. */
const WRITE_PAUSE_MS = 50;
const CASES = [...PASSING, ...STOPPING];
const IDS = ['a', 'b', 'c', 'd'];

const stack = await testStack('evolve');
let source: RealSource;
let captured: CapturedView;
let running: RunningView;
let writer: { stop(): Promise<number> };

beforeAll(async () => {
  source = await realSource(stack);
  await source.sql.execute('INSERT INTO person (id_number, name) VALUES ?', [
    IDS.map((id) => [id, '0']),
  ]);
  for (const { name, made, first } of CASES) {
    await source.sql.execute(
      `CREATE TABLE ${name} (id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL PRIMARY KEY, value ${made})`,
    );
    await source.forUser(`GRANT SELECT ON ${source.database}.${name} TO {user}`);
    await source.sql.execute(`INSERT INTO ${name} VALUES ?`, [IDS.map((id) => [id, first])]);
  }
  await source.sql.execute('CREATE TABLE ticket (number INT PRIMARY KEY, note VARCHAR(20) NULL)');
  await source.sql.execute("INSERT INTO ticket VALUES (1, 'old'), (2, 'old')");
  await source.forUser(`GRANT SELECT ON ${source.database}.ticket TO {user}`);
  const file = await source.file((yaml) => yaml + declaredTables());
  await applySources([file], source.context, source);
  captured = await capturedView(stack, source, file, evolvingView);
  running = await captured.run();
  for (const { name } of CASES) await untilEqual(name);
  await untilCaptured(source, 'the tickets', async () => (await tickets()).size === 2 || undefined);
  writer = writing();
});

afterAll(() => writer.stop());

describe('a compatible change passes untouched', () => {
  test.each(PASSING)('$name: $reason', async ({ name, ddl, later }) => {
    await source.sql.execute(`ALTER TABLE ${name} ${ddl}`);
    await source.sql.execute(`UPDATE ${name} SET value = ? WHERE id_number = 'b'`, [later]);
    await source.sql.execute(`DELETE FROM ${name} WHERE id_number = 'd'`);
    await untilEqual(name);
    expect(await haltOf(name)).toBeUndefined();
  });
});

describe('an incompatible change stops its block alone', () => {
  test.each(STOPPING)('$name: $reason', async ({ name, ddl, later, code, first }) => {
    await source.sql.execute(`ALTER TABLE ${name} ${ddl}`);
    const column = name === 'renamed' ? 'worth' : name === 'dropped' ? 'note' : 'value';
    const value = later ?? (name === 'dropped' ? 1 : 'changed');
    await source.sql.execute(`UPDATE ${name} SET ${column} = ? WHERE id_number = 'b'`, [value]);
    const halt = await untilHalted(name);
    expect(halt.haltCode).toBe(code);
    expect(halt.haltDetail).toContain('column value');
    expect(await shown(name)).toEqual(new Map(IDS.map((id) => [id, String(first)])));
  });

  test('and so does another primary key, though every value of it can be read', async () => {
    await source.sql.execute('ALTER TABLE ticket MODIFY number BIGINT NOT NULL');
    await source.sql.execute("UPDATE ticket SET note = 'new' WHERE number = 1");
    expect((await untilHalted('ticket')).haltCode).toBe('AVRO_KEY_CHANGED');
    expect(await tickets()).toEqual(
      new Map([
        ['1', 'old'],
        ['2', 'old'],
      ]),
    );
    await source.sql.execute('ALTER TABLE ticket MODIFY number INT NOT NULL');
    await repair('ticket');
    await source.sql.execute("UPDATE ticket SET note = 'newer' WHERE number = 2");
    await untilCaptured(source, 'the tickets to be level', async () => {
      const found = await tickets();
      return (found.get('1') === 'new' && found.get('2') === 'newer') || undefined;
    });
    expect(await haltOf('ticket')).toBeUndefined();
  });

  test('while every other block, and its department’s connector, goes on', async () => {
    for (const { name } of PASSING) {
      await source.sql.execute(`DELETE FROM ${name} WHERE id_number = 'c'`);
      await untilEqual(name);
      expect(await haltOf(name)).toBeUndefined();
    }
    const connector = await source.ports.connect.statusOf(`src-${source.name}`);
    expect(connector?.tasks.map(({ state }) => state)).toEqual(['running']);
    await untilNameIs(await writer.stop());
    expect(await haltOf('identity')).toBeUndefined();
    writer = writing();
  });

  test('a halt that is lifted before its cause comes back at once, and nothing is lost', async () => {
    await clearHalt(captured.hub, unitOf('retyped'));
    expect((await untilHalted('retyped')).haltCode).toBe('AVRO_COLUMN_TYPE');
    expect((await shown('retyped')).get('b')).toBe('17');
  });
});

describe('after the repair of its cause a block goes on without loss', () => {
  test.each(STOPPING.filter(({ undo }) => undo !== ''))('$name', async ({ name, undo }) => {
    await source.sql.execute(`ALTER TABLE ${name} ${undo}`);
    await source.sql.execute(`DELETE FROM ${name} WHERE id_number = 'c'`);
    await repair(name);
    await untilEqual(name);
    await source.sql.execute(`UPDATE ${name} SET value = '5' WHERE id_number = 'a'`);
    await untilEqual(name);
    expect(await haltOf(name)).toBeUndefined();
  });

  test('renamed: the new name is declared instead, at the source and in the view', async () => {
    const file = await source.file((yaml) => yaml + declaredTables(DECLARED_LATER));
    await applySources([file], source.context, source);
    await running.close();
    const view = resolveView(
      evolvingView(source, captured.view.database, 'worth'),
      'the view with the new name',
    );
    running = await captured.run(view);
    await repair('renamed', view);
    await untilEqual('renamed', 'worth');
    await source.sql.execute("UPDATE renamed SET worth = 'last' WHERE id_number = 'a'");
    await untilEqual('renamed', 'worth');
    expect(await haltOf('renamed')).toBeUndefined();
  });

  test('added: the column is captured from the moment it is declared', async () => {
    const { registry } = captured;
    const subject = `cdc.${source.name}.${source.database}.added-value`;
    await source.sql.execute("UPDATE added SET extra = 'seen' WHERE id_number = 'a'");
    await source.sql.execute("UPDATE added SET value = 'after it' WHERE id_number = 'a'");
    await untilEqual('added');
    const { schema } = await registry.latest(subject);
    const value = column('value', 'varchar(20)');
    expect(contractDifferences([column('id_number', 'varchar(18)'), value], schema)).toEqual([
      { column: 'extra', kind: 'undeclared', found: 'varchar(20)' },
    ]);
  });

  test('and every change that was made meanwhile elsewhere has arrived', async () => {
    await untilNameIs(await writer.stop());
    for (const { name } of PASSING) await untilEqual(name);
    const letters = await captured.hub.query('SELECT 1 FROM civicbus_dead_letter');
    expect(letters).toEqual([]);
  });
});

function evolvingView(of: RealSource, database: string, renamedTo: unknown = 'value') {
  const person = personView(of, database);
  const blocks = CASES.map(({ name, viewType }, at) => ({
    name,
    category: at + 2,
    authority: 'police',
    from: { source: of.name, table: `${of.database}.${name}`, key: ['id_number'] },
    items: [
      {
        name: `${name}_value`,
        type: viewType,
        from: name === 'renamed' && typeof renamedTo === 'string' ? renamedTo : 'value',
      },
    ],
  }));
  const ticket = {
    name: 'ticket',
    category: CASES.length + 2,
    authority: 'police',
    from: { source: of.name, table: `${of.database}.ticket`, key: ['number'] },
    many: { key: [{ name: 'number', type: 'bigint' }] },
    items: [{ name: 'note', type: 'varchar(20)' }],
  };
  return { ...person, blocks: [...person.blocks, ...blocks, ticket] };
}

type Columns = readonly (readonly [name: string, type: string])[];

/** The columns that tables have after all changes, where they differ from those at the start. */
const DECLARED_LATER: Readonly<Record<string, Columns>> = {
  added: [
    ['extra', 'varchar(20)'],
    ['value', 'varchar(20)'],
  ],
  widened: [['value', 'varchar(100)']],
  grown: [['value', 'bigint']],
  dropped: [
    ['note', 'int'],
    ['value', 'varchar(20)'],
  ],
  renamed: [['worth', 'varchar(20)']],
};

function declaredTables(later: Readonly<Record<string, Columns>> = {}): string {
  const tables = CASES.map(({ name, made }) => {
    const columns = later[name] ?? [['value', made.split(' ')[0] ?? '']];
    const lines = columns.map(
      ([column, type]) => `      - { name: ${column}, type: ${type}, classification: internal }\n`,
    );
    return `  - name: ${name}
    owner: register-office
    key: [id_number]
    columns:
      - { name: id_number, type: varchar(18), classification: personal }
${lines.join('')}`;
  });
  return `${tables.join('')}  - name: ticket
    owner: register-office
    key: [number]
    columns:
      - { name: number, type: int, classification: internal }
      - { name: note, type: varchar(20), classification: internal }
`;
}

/** Changes the people of the same department all the time; answers the last value written. */
function writing(): { stop(): Promise<number> } {
  let over = false;
  let count = Date.now();
  const work = (async () => {
    while (!over) {
      count++;
      await source.sql.execute('UPDATE person SET name = ?', [String(count)]);
      await systemClock.sleep(WRITE_PAUSE_MS);
    }
    return count;
  })();
  return {
    stop() {
      over = true;
      return work;
    },
  };
}

function unitOf(block: string, view: ViewModel = captured.view): string {
  return unitName(
    view,
    must(
      view.blocks.find(({ name }) => name === block),
      block,
    ),
  );
}

/** Asked for again where a task that was just being started anew did not hear it, as a person would. */
async function repair(block: string, view: ViewModel = captured.view): Promise<void> {
  const options = { view, unit: block, accept: true, ports: captured.sweep, timeoutMs: 60_000 };
  await retry(() => sweepUnit(options), {
    attemptsMax: 4,
    delayMs: 100,
    mayRetry: (error) => isBusError(error, 'BUS_TIMEOUT'),
  });
}

async function haltOf(block: string): Promise<OffsetRow | undefined> {
  const rows = await listOffsets(captured.hub, [unitOf(block)]);
  return rows.find(({ haltCode }) => haltCode !== null);
}

function untilHalted(block: string): Promise<OffsetRow> {
  return untilCaptured(source, `${block} to halt`, () => haltOf(block));
}

/** What the view shows of a block, as text. */
async function shown(block: string): Promise<Map<unknown, unknown>> {
  const rows = await captured.hub.query<SqlRow>(
    `SELECT id_number, CAST(${block}_value AS CHAR) AS value FROM citizen__rows WHERE ${block}__there = 1`,
  );
  return new Map(rows.map(({ id_number, value }) => [id_number, value]));
}

async function tickets(): Promise<Map<unknown, unknown>> {
  const rows = await captured.hub.query<SqlRow>(
    'SELECT CAST(number AS CHAR) AS number, note FROM ticket',
  );
  return new Map(rows.map(({ number, note }) => [number, note]));
}

async function untilEqual(block: string, column = 'value'): Promise<void> {
  await untilCaptured(source, `${block} to be equal`, async () => {
    const rows = await source.sql.query<SqlRow>(
      `SELECT id_number, CAST(${column} AS CHAR) AS value FROM ${block}`,
    );
    const wanted = new Map(rows.map(({ id_number, value }) => [id_number, value]));
    const found = await shown(block);
    const equal =
      wanted.size === found.size && [...wanted].every(([id, value]) => found.get(id) === value);
    return equal || undefined;
  });
}

async function untilNameIs(name: number): Promise<void> {
  await waitFor(
    async () => {
      const rows = await captured.hub.query<{ name: string }>('SELECT name FROM citizen');
      return rows.length === IDS.length && rows.every((row) => row.name === String(name));
    },
    { what: 'the people to be level', timeoutMs: PATIENCE_MS, intervalMs: 200 },
  );
}
