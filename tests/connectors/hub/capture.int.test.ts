/** The capture of a view's tables on the real stack: what a gateway will read. */
import { beforeAll, describe, expect, test } from 'vitest';
import { must } from '../../../bus/base/assert.ts';
import { parseGtid } from '../../../bus/change/position.ts';
import { CUTOFF_TABLE } from '../../../bus/view/store/migrations.ts';
import { shadowOf, swapTables } from '../../../bus/view/rebuild/swap.ts';
import { rowsTable } from '../../../bus/view/view.ts';
import { capturedColumns } from '../../../connectors/source.ts';
import { untilSourceRuns, untilSourceTurns } from '../../../connectors/until-running.ts';
import { sourceNames } from '../../../connectors/names.ts';
import { installTables } from '../../../consumers/install.ts';
import { testStack } from '../../support/env.ts';
import { controlRig } from '../../support/lifecycle/control-world.ts';
import { type Captured, type CapturedHub, capturedHub, smallView } from './captured-hub.ts';

const stack = await testStack('hubcapture');
let captured: CapturedHub;
let persons: string;

beforeAll(async () => {
  captured = await capturedHub(stack);
  persons = rowsTable(captured.view);
  await write('before', { name: 'there before', version: 1 });
  const { report } = await captured.apply();
  expect(report.outcomes.every(({ outcome }) => outcome === 'done')).toBe(true);
});

describe('the capture of a view', () => {
  test('copies the rows that were there and follows what is written', async () => {
    expect(changeOf(await untilKeys(['before']), 'before').op).toBe('r');
    await write('1', { name: 'one', version: 1 });
    const records = await untilKeys(['before', '1']);
    const change = changeOf(records, '1');
    expect(change.op).toBe('c');
    expect(imageOf(change.after)).toEqual({
      id_number: '1',
      name: 'one',
      income: '10.50',
      identity__status: 'alive',
      identity__there: 1,
      identity__at: 1_700_000_000_000,
    });
  });

  test('brings with every change the row before it and its place in the hub’s order of transactions', async () => {
    await write('2', { name: 'first', version: 1 });
    await write('2', { name: 'second', version: 2 });
    const records = await changesOf('2', 2);
    const [created, updated] = records.map(({ change }) => must(change, 'a change'));
    expect(imageOf(updated!.before)).toMatchObject({ name: 'first' });
    expect(imageOf(updated!.after)).toMatchObject({ name: 'second' });
    const [from, to] = [created!, updated!].map(({ position }) => {
      expect(position.kind).toBe('binlog');
      return parseGtid(position.kind === 'binlog' ? (position.gtid ?? '') : '');
    });
    expect(to).toMatchObject({ domain: 0, serverId: must(from, 'a GTID').serverId });
    expect(must(to, 'a GTID').sequence).toBeGreaterThan(must(from, 'a GTID').sequence);
  });

  test('is silent where only a version or what readers never see has changed', async () => {
    await write('3', { name: 'same', version: 1 });
    await write('3', { name: 'same', version: 2 });
    await captured.hub.execute(
      `UPDATE ${persons} SET identity__note = 'inside' WHERE id_number = '3'`,
    );
    await write('3', { name: 'other', version: 3 });
    const records = await changesOf('3', 2);
    expect(records.map(({ change }) => change?.op)).toEqual(['c', 'u']);
    expect(
      JSON.stringify(records, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ).not.toContain('inside');
  });

  test('carries child rows by their own key', async () => {
    await captured.hub.execute(
      "INSERT INTO car__rows (plate, id_number, colour, __there, __at, __v) VALUES ('A1', '1', 'red', 1, 5, 1)",
    );
    const records = await captured.until('car__rows', 'a car', (all) => all.length > 0);
    expect(records[0]?.key).toEqual(['A1']);
    expect(records[0]?.change?.after).toEqual(['A1', '1', 'red', 1, 5]);
  });

  test('a cut of daily pairs stands in the hub’s order with the changes that it parts', async () => {
    await captured.hub.execute(
      `INSERT INTO ${CUTOFF_TABLE} (cut_id, made_at) VALUES ('day', NOW(3))`,
    );
    const [cut] = await captured.until(CUTOFF_TABLE, 'a cut', (all) => all.length > 0);
    await write('8', { name: 'of tomorrow', version: 1 });
    const [after] = await changesOf('8', 1);
    expect(cut?.key).toEqual(['day']);
    expect(sequenceOf(cut!)).toBeGreaterThan(0n);
    expect(sequenceOf(after!)).toBeGreaterThan(sequenceOf(cut!));
  });

  test('a row that is deleted leaves with its image and a tombstone', async () => {
    await write('4', { name: 'gone', version: 1 });
    await captured.hub.execute(`DELETE FROM ${persons} WHERE id_number = '4'`);
    const records = await changesOf('4', 3);
    expect(records.map(({ change }) => change?.op ?? 'tombstone')).toEqual(['c', 'd', 'tombstone']);
    expect(imageOf(records[1]!.change!.before)).toMatchObject({ name: 'gone' });
  });

  test('goes on through everything that the bus itself defines on the hub, which it has to parse', async () => {
    // Every statement that defines something on the server is parsed by every capture of it, and one
    // that it cannot read would stop them all.
    await controlRig(stack, 'control');
    await installTables(
      { ...captured.view, database: `${stack.prefix}_other` },
      captured.administrator,
    );
    stack.atEnd(() => captured.server.execute(`DROP DATABASE IF EXISTS \`${stack.prefix}_other\``));
    await write('7', { name: 'after the definitions', version: 1 });
    expect((await changesOf('7', 1)).map(({ change }) => change?.op)).toEqual(['c']);
  });

  test('applied a second time changes nothing', async () => {
    const { plan } = await captured.apply();
    expect(plan.steps).toEqual([]);
    expect(plan.kept).toEqual([]);
  });
});

test('goes on after a rebuild has exchanged the tables for others, also when it was started anew in between', async () => {
  const { view, administrator, server, hub } = captured;
  // A column before those that are captured: read by the old definition every value would be its neighbour's.
  const declaredAnew = smallView(view.database, [{ name: 'nickname', type: 'varchar(60)' }]);
  const shadow = shadowOf(declaredAnew);
  await installTables(shadow, administrator);
  const next = await stack.openSql('hub', { database: shadow.database });
  await next.execute(
    `INSERT INTO ${persons} (id_number, nickname, name, identity__status, identity__there, identity__v) VALUES ('5', 'nick', 'in the shadow', 'alive', 1, 1)`,
  );
  // A record after them moves the capture's position past the shadow's definitions: from now on they
  // are known from the history alone.
  await write('6', { name: 'past the definitions', version: 1 });
  await changesOf('6', 1);
  await startAnew();
  await swapTables(server, view);
  await hub.execute(`UPDATE ${persons} SET name = 'after the exchange' WHERE id_number = '5'`);
  const records = await changesOf('5', 1);
  // The shadow's own filling never shows: what differs after a rebuild has to be copied to pairs anew.
  expect(records.map(({ change }) => change?.op)).toEqual(['u']);
  expect(imageOf(records[0]!.change!.before)).toMatchObject({ name: 'in the shadow' });
  await server.execute(`DROP DATABASE \`${shadow.database}\``);
  await server.execute(`DROP DATABASE \`${view.database}__old\``);
  await startAnew();
  await hub.execute(`UPDATE ${persons} SET name = 'and later' WHERE id_number = '5'`);
  expect(imageOf((await changesOf('5', 2))[1]!.change!.after)).toMatchObject({ name: 'and later' });
});

async function startAnew(): Promise<void> {
  const { ports, source } = captured;
  const { connector } = sourceNames(source.name);
  await ports.connect.restart(connector, 'all');
  await untilSourceTurns(connector, { ports });
  await untilSourceRuns({ name: source.name, connector }, { ports });
}

/** As the view's consumer writes: one upsert, the version moved. */
async function write(
  id: string,
  { name, version }: { readonly name: string; readonly version: number },
): Promise<void> {
  await captured.hub.execute(
    `INSERT INTO ${persons} (id_number, name, income, identity__status, identity__there, identity__at, identity__v)
     VALUES (?, ?, 10.5, 'alive', 1, 1700000000000, ?)
     ON DUPLICATE KEY UPDATE name = VALUES(name), identity__v = VALUES(identity__v)`,
    [id, name, version],
  );
}

/** The place of the transaction among those of the hub. */
function sequenceOf({ change }: Captured): bigint {
  const { position } = must(change, 'a change');
  const gtid = position.kind === 'binlog' ? position.gtid : null;
  return must(parseGtid(gtid ?? ''), 'a GTID').sequence;
}

function untilKeys(keys: readonly string[]): Promise<readonly Captured[]> {
  return captured.until(persons, `persons ${keys.join(', ')}`, (all) =>
    keys.every((key) => all.some((one) => one.key[0] === key)),
  );
}

/** All records of one person in their order, once there are `count`. */
async function changesOf(id: string, count: number): Promise<readonly Captured[]> {
  const own = (all: readonly Captured[]) => all.filter(({ key }) => key[0] === id);
  const all = await captured.until(
    persons,
    `${count} records of ${id}`,
    (seen) => own(seen).length >= count,
  );
  return own(all);
}

function changeOf(records: readonly Captured[], id: string) {
  return must(records.find(({ key }) => key[0] === id)?.change, 'a change');
}

/** An image by column, as declared. */
function imageOf(image: readonly unknown[] | null): Record<string, unknown> {
  const table = must(
    captured.source.tables.find(({ name }) => name === persons),
    'the table of persons',
  );
  const names = capturedColumns(table).map(({ name }) => name);
  return Object.fromEntries(must(image, 'an image').map((value, at) => [names[at], value]));
}
