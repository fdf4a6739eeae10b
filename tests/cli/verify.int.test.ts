/**
 * `civicbus verify view` and `civicbus repair view` against the real stack: a source and a view of
 * this file's own, with a direct, a mirrored and a child block; rows are altered behind the view's
 * back while the department goes on writing.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { EXIT } from '../../bus/base/codes/code.ts';
import { seededRandom } from '../../bus/base/random.ts';
import { waitFor } from '../../bus/base/retry.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { VerificationItem } from '../../cli/verify/tables.ts';
import { realSource, type RealSource } from '../connectors/real-source.ts';
import { testStack } from '../support/env.ts';
import { scratchFolder } from '../support/scratch.ts';
import { answerOf, civicbus, type Ran } from './run-command.ts';
import { dropUser } from '../support/drop-user.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
const PERSONS = 5_000;
const DEEDS = 3_000;
const VEHICLES = 3_000;
const TEST_MS = 600_000;

const stack = await testStack('verify');
const scratch = scratchFolder();
const home = dirname(inject('endpointsFile'));
const viewName = `v-${stack.prefix}`;
const hubDatabase = `hub_${stack.prefix}`;

let source: RealSource;
let files: readonly string[];
let hub: SqlDatabase;
let consumer: ChildProcess;

const on = (...args: readonly string[]): Promise<Ran> =>
  civicbus([...args, ...files, '--stack', home]);
const person = (serial: number) => `P${String(serial).padStart(6, '0')}`;

async function verified(...flags: readonly string[]): Promise<Ran & { item: VerificationItem }> {
  const ran = await on('verify', 'view', viewName, '-o', 'json', ...flags);
  if (ran.stdout === '') throw new Error(ran.stderr);
  const [item] = answerOf<VerificationItem>(ran).items;
  if (!item) throw new Error('a verification without an item');
  return { ...ran, item };
}

beforeAll(async () => {
  source = await realSource(stack);
  await makeTables();
  const sourceFile = await source.file((yaml) => `${yaml}${MORE_TABLES}`);
  const viewFile = join(scratch, 'view.yaml');
  await writeFile(viewFile, viewYaml());
  files = ['-f', sourceFile, '-f', viewFile];
  const root = await stack.openSql('hub');
  stack.atEnd(() => dropView(root));
  const applied = await on('apply');
  expect(applied, applied.stderr).toMatchObject({ exit: EXIT.ok });
  hub = await stack.openSql('hub', { database: hubDatabase });
  consumer = spawn(
    process.execPath,
    [MAIN, 'run', 'view', viewName, ...files.slice(2), '--stack', home],
    { stdio: 'ignore' },
  );
  stack.atEnd(() => consumer.kill('SIGKILL'));
  await waitFor(async () => (await visible()) === PERSONS, {
    what: 'all persons in the view',
    timeoutMs: 300_000,
    intervalMs: 500,
  });
}, TEST_MS);

async function visible(): Promise<number> {
  const [row] = await hub.query<{ n: number }>('SELECT COUNT(*) AS n FROM citizen');
  return row?.n ?? 0;
}

async function dropView(root: SqlDatabase): Promise<void> {
  const admin = await (await stack.kafka()).admin();
  await admin.deleteAcls(await admin.listAcls(`User:view-${viewName}`));
  await admin.deleteUsers([`view-${viewName}`]);
  await admin.close();
  await root.execute(`DROP DATABASE IF EXISTS \`${hubDatabase}\``);
  const user = `view_v_${stack.prefix}`;
  await dropUser(root, user);
  await rm(join(home, 'secrets', 'kafka-users', `view-${viewName}.password`), { force: true });
  await rm(join(home, 'secrets', 'hub-users', `${user}.password`), { force: true });
}

const KEY = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL';

async function makeTables(): Promise<void> {
  const { sql, database } = source;
  await sql.execute(
    `CREATE TABLE deed (number VARCHAR(20) ${KEY} PRIMARY KEY, owner VARCHAR(18) ${KEY}, area DECIMAL(9,3) NULL, signed_at DATETIME(6) NULL)`,
  );
  // A collation that does not sort by bytes: the comparison must find another way.
  await sql.execute(
    `CREATE TABLE vehicle (maker VARCHAR(10) COLLATE utf8mb4_general_ci NOT NULL, serial INT NOT NULL, id_number VARCHAR(18) NULL, weight FLOAT NULL, PRIMARY KEY (maker, serial))`,
  );
  for (const table of ['deed', 'vehicle']) {
    await source.forUser(`GRANT SELECT ON ${database}.${table} TO {user}`);
  }
  await sql.execute(
    `INSERT INTO person (id_number, name, born_on) SELECT CONCAT('P', LPAD(seq, 6, '0')), IF(seq % 7 = 0, NULL, CONCAT('𠮷', seq)), IF(seq % 5 = 0, NULL, '1980-02-29') FROM seq_1_to_${PERSONS}`,
  );
  await sql.execute(
    `INSERT INTO deed SELECT CONCAT('D', seq), CONCAT('P', LPAD(IF(seq > 2000, 3000 + seq % 1000, seq), 6, '0')), seq / 8, '2020-01-01 00:00:00.000001' + INTERVAL seq SECOND FROM seq_1_to_${DEEDS}`,
  );
  await sql.execute(
    `INSERT INTO vehicle SELECT ELT(1 + seq % 3, 'b', 'A', 'ä'), seq, CONCAT('P', LPAD(1 + seq % 900, 6, '0')), seq / 3 FROM seq_1_to_${VEHICLES}`,
  );
}

const MORE_TABLES = `  - name: deed
    owner: land-office
    key: [number]
    columns:
      - { name: number, type: varchar(20), classification: internal }
      - { name: owner, type: varchar(18), classification: personal }
      - { name: area, type: 'decimal(9,3)', classification: internal }
      - { name: signed_at, type: datetime(6), classification: internal }
  - name: vehicle
    owner: traffic-office
    key: [maker, serial]
    columns:
      - { name: maker, type: varchar(10), classification: internal }
      - { name: serial, type: int, classification: internal }
      - { name: id_number, type: varchar(18), classification: personal }
      - { name: weight, type: float, classification: internal }
`;

function viewYaml(): string {
  const from = (table: string, key: string) =>
    `{ source: ${source.name}, table: ${source.database}.${table}, key: [${key}] }`;
  return `apiVersion: civicbus/v1
kind: View
name: ${viewName}
database: ${hubDatabase}
entity:
  table: citizen
  key: { name: id_number, type: varchar(18) }
  visibleBy: identity
blocks:
  - name: identity
    category: 1
    authority: police
    from: ${from('person', 'id_number')}
    items:
      - { name: name, type: varchar(100) }
      - { name: born_on, type: date }
  - name: deed
    category: 2
    authority: police
    from: ${from('deed', 'number')}
    mirror:
      columns:
        - { name: number, type: varchar(20) }
        - { name: owner, type: varchar(18) }
        - { name: area, type: 'decimal(9,3)' }
        - { name: signed_at, type: datetime(6) }
      touches: [{ entity: owner }]
      latestBy: [signed_at, number]
    items:
      - { name: deed_number, type: varchar(20), from: number }
      - { name: deed_area, type: 'decimal(9,3)', from: area }
  - name: vehicle
    category: 3
    authority: police
    from: ${from('vehicle', 'maker, serial')}
    many:
      key: [{ name: maker, type: varchar(10) }, { name: serial, type: int }]
      entity: id_number
    items:
      - { name: weight, type: float }
`;
}

/** A department at work on its first half: short transactions, until `stop`. */
function writeMeanwhile(seed: number): { stop: () => Promise<number> } {
  const random = seededRandom(seed);
  let running = true;
  let written = 0;
  const { sql } = source;
  const work = async () => {
    while (running) {
      const id = person(random.int(1, 2_500));
      const roll = random.int(1, 10);
      if (roll <= 5)
        await sql.execute('UPDATE person SET name = ? WHERE id_number = ?', [`n${written}`, id]);
      else if (roll === 6) await sql.execute('DELETE FROM person WHERE id_number = ?', [id]);
      else if (roll === 7)
        await sql.execute('REPLACE INTO person (id_number, name) VALUES (?, ?)', [id, 'back']);
      else if (roll <= 9)
        await sql.execute('UPDATE deed SET owner = ?, signed_at = NOW(6) WHERE number = ?', [
          id,
          `D${random.int(1, 1_500)}`,
        ]);
      else
        await sql.execute('UPDATE vehicle SET weight = RAND() * 100 WHERE serial = ?', [
          random.int(1, 1_500),
        ]);
      written++;
    }
    return written;
  };
  const done = work();
  done.catch(() => {});
  return {
    stop: () => {
      running = false;
      return done;
    },
  };
}

/** 100 rows altered behind the view's back, in the second half; answers what a verification must find. */
async function alterView(): Promise<string[]> {
  const found: string[] = [];
  const expectRows = (from: number, kind: string, name: (i: number) => string, count = 10) => {
    for (let i = from; i < from + count; i++) found.push(`${name(i)} ${kind}`);
  };
  const among = (column: string, from: number, name: (i: number) => string) =>
    `${column} IN (${Array.from({ length: 10 }, (_, i) => `'${name(from + i)}'`).join(',')})`;
  const deed = (i: number) => `D${i}`;
  const citizen = (i: number) => `citizen__rows ${person(i)}`;
  // NULL and '' are two values; so are versions that no record has.
  await hub.execute(
    `UPDATE citizen__rows SET name = IF(name IS NULL, '', NULL) WHERE ${among('id_number', 4_001, person)}`,
  );
  expectRows(4_001, 'different name', citizen);
  await hub.execute(
    `UPDATE citizen__rows SET born_on = '1999-09-09', identity__v = identity__v + (3 << 43) WHERE ${among('id_number', 4_011, person)}`,
  );
  expectRows(4_011, 'different born_on', citizen);
  await hub.execute(
    `UPDATE citizen__rows SET name = 'x', identity__v = 9000000000000000000 WHERE ${among('id_number', 4_021, person)}`,
  );
  expectRows(4_021, 'different name', citizen);
  await hub.execute(`DELETE FROM citizen__rows WHERE ${among('id_number', 4_101, person)}`);
  expectRows(4_101, 'missing', citizen);
  await hub.execute(
    `UPDATE citizen__rows SET identity__there = 0 WHERE ${among('id_number', 4_111, person)}`,
  );
  expectRows(4_111, 'missing', citizen);
  await hub.execute(
    `INSERT INTO citizen__rows (id_number, identity__there, identity__v) SELECT CONCAT('X', 10 + seq), 1, IF(seq < 5, 0, 9000000000000000000) FROM seq_0_to_9`,
  );
  expectRows(10, 'surplus', (i) => `citizen__rows X${i}`);
  await hub.execute(
    `UPDATE deed__mirror SET area = area + 0.001 WHERE ${among('number', 2_001, deed)}`,
  );
  expectRows(2_001, 'different area', (i) => `deed__mirror ${deed(i)}`);
  await hub.execute(`DELETE FROM deed__mirror WHERE ${among('number', 2_011, deed)}`);
  expectRows(2_011, 'missing', (i) => `deed__mirror ${deed(i)}`);
  await hub.execute(
    `UPDATE citizen__rows SET deed_number = 'D0' WHERE ${among('id_number', 3_101, person)}`,
  );
  expectRows(3_101, 'different deed_number', citizen);
  await hub.execute('UPDATE vehicle__rows SET id_number = NULL WHERE serial BETWEEN 2001 AND 2010');
  expectRows(2_001, 'different id_number', (i) => `vehicle__rows ${['b', 'A', 'ä'][i % 3]},${i}`);
  // The blocks of those whose deeds were altered no longer agree with the mirror: a consequence.
  expectRows(3_001, 'different deed_area', citizen);
  expectRows(3_011, 'surplus', citizen);
  return found.sort();
}

function shownDifferences({ differences }: Pick<VerificationItem, 'differences'>): string[] {
  return differences
    .map(({ table, key, kind, columns }) => [table, key.join(), kind, ...columns].join(' '))
    .sort();
}

describe('verify', () => {
  test(
    'a view that is as its sources is equal, also while everybody writes',
    async () => {
      const writing = writeMeanwhile(1);
      const ran = await verified().finally(() => void writing.stop());
      expect(await writing.stop()).toBeGreaterThan(50);
      expect(ran.item.differences, ran.stderr).toEqual([]);
      expect(ran).toMatchObject({ exit: EXIT.ok, item: { equal: true, undecided: [] } });
      expect(ran.item.units.map(({ unit, equal }) => [unit, equal])).toEqual([
        [`${viewName}/identity`, true],
        [`${viewName}/deed`, true],
        [`${viewName}/vehicle`, true],
      ]);
      process.stdout.write(`verify: ${ran.item.rows} rows in ${ran.item.tookMs} ms\n`);
    },
    TEST_MS,
  );

  test(
    'of 100 rows altered behind the view’s back all are found, none else, and repaired',
    async () => {
      const writing = writeMeanwhile(2);
      try {
        const altered = await alterView();
        const ran = await verified();
        expect(ran.exit).toBe(EXIT.failed);
        expect(shownDifferences(ran.item)).toEqual(altered);
        expect(ran.stdout).not.toContain('1999-09-09');
        const repaired = await on('repair', 'view', viewName, '--timeout', '300');
        expect(repaired, repaired.stderr).toMatchObject({ exit: EXIT.ok });
        expect(await verified()).toMatchObject({ exit: EXIT.ok, item: { differences: [] } });
      } finally {
        await writing.stop();
      }
    },
    TEST_MS,
  );
});

test('conflicts are listed open ones first, with keys and organizations; values only when asked for', async () => {
  const row = (entity: string, sinceMs: number, resolvedMs: number | null) =>
    hub.execute(
      'INSERT INTO civicbus_conflict (item, reporter, entity, authority_value, reported_value, since_ms, resolved_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ['name', 'deed', entity, null, 'other name', sinceMs, resolvedMs],
    );
  await row('P1', 1_000, 2_000);
  await row('P2', 3_000, null);
  const open = await on('get', 'conflicts', viewName, '-o', 'json');
  expect(open.stdout).not.toContain('other name');
  expect(answerOf(open).items).toEqual([
    {
      view: viewName,
      item: 'name',
      entity: 'P2',
      authority: 'police',
      reporter: 'police',
      since: '1970-01-01T00:00:03.000Z',
    },
  ]);
  const all = await on('get', 'conflicts', viewName, '--all', '--values', '--limit', '1');
  expect(all.stdout).toContain('other name');
  expect(all.stderr).toContain('Only 1 of 2 are shown');
  await hub.execute('DELETE FROM civicbus_conflict');
});
