import { describe, expect, test } from 'vitest';
import { newSecret } from '../../../../bus/base/secrets.ts';
import { checkValue } from '../../../../bus/change/value-check.ts';
import type { ColumnValue } from '../../../../bus/change/column-value.ts';
import { sortKeyOf, type KeyedRow } from '../../../../bus/view/apply/reduce.ts';
import { writeBatch } from '../../../../bus/view/apply/write.ts';
import { compileView, type UnitPlan } from '../../../../bus/view/compile/compile.ts';
import { noteFirstSight } from '../../../../bus/view/store/offset-store.ts';
import { installView } from '../../../../consumers/install.ts';
import { testStack } from '../../../support/env.ts';
import { EVERY_TYPE, everyTypeView } from '../../../support/view/every-type-view.ts';

const stack = await testStack('types');
const { host, port, root: login } = stack.endpoints.databases.hub;
const view = everyTypeView(`${stack.prefix}_v`);
const root = await stack.openSql('hub');
const consumer = { user: `u_${stack.prefix}`, password: newSecret() };
await installView(view, {
  administrator: { host, port, user: login.user, password: await stack.password(login) },
  consumer,
});
stack.atEnd(async () => {
  await root.execute(`DROP DATABASE \`${view.database}\``);
  for (const from of ['127.0.0.1', 'localhost'])
    await root.execute(`DROP USER '${consumer.user}'@'${from}'`);
});
const database = await stack.openSql('hub', { database: view.database, as: consumer });
const [direct, mirrored] = compileView(view);

/** Values at both ends of each kind of type, as they come out of the change model. */
function extremesOf(type: string): readonly ColumnValue[] {
  const name = /^[a-z]+/.exec(type)?.[0] ?? '';
  const unsigned = type.endsWith('unsigned');
  const bits = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 }[name];
  if (type === 'tinyint(1)' || name === 'boolean') return [true, false];
  if (bits !== undefined) {
    const [min, max] = unsigned ? [0n, 2n ** BigInt(bits) - 1n] : signedRange(bits);
    return bits === 64 ? [String(min), String(max)] : [Number(min), Number(max)];
  }
  const found = EXTREMES[type] ?? EXTREMES[name];
  if (!found) throw new Error(`no values for ${type}`);
  return found;
}

function signedRange(bits: number): [bigint, bigint] {
  const half = 2n ** BigInt(bits - 1);
  return [-half, half - 1n];
}

const DIGITS_38 = '9'.repeat(27);
const EXTREMES: Readonly<Record<string, readonly ColumnValue[]>> = {
  decimal: ['-9999999999', '9999999999'],
  'decimal(65,38)': [`-${DIGITS_38}.${'9'.repeat(38)}`, `0.${'0'.repeat(37)}1`],
  'decimal(12,2)': ['-9999999999.99', '0.01'],
  float: [Math.fround(1.2345678), Math.fround(3.4028234e38)],
  double: [1.7976931348623157e308, 0.1 + 0.2],
  year: [1901, 2155],
  json: ['{"a":[1,"𠮷\\u0000"]}', '"\\\\\\""'],
  enum: ['B c', "it's"],
  char: ['a', '𠮷𫚖😀'],
  varchar: ['a ', '\u0000\\\'"\n𠮷'.repeat(20)],
  tinytext: ['', 'a'.repeat(255)],
  text: ['a ', 'é'.repeat(32_767)],
  mediumtext: [' ', 'b'.repeat(70_000)],
  longtext: ['?', "''"],
  date: ['1000-01-01', '9999-12-31'],
  datetime: ['1000-01-01 00:00:00', '9999-12-31 23:59:59'],
  'datetime(6)': ['1000-01-01 00:00:00.000001', '9999-12-31 23:59:59.999999'],
  timestamp: ['1970-01-01 00:00:01', '2038-01-19 03:14:07'],
  'timestamp(3)': ['1970-01-01 00:00:01.001', '2020-03-29 02:30:00.999'],
  time: ['-838:59:59', '00:00:00'],
  'time(6)': ['-838:59:58.999999', '23:59:59.000001'],
  binary: [Buffer.alloc(16, 0xff), Buffer.alloc(16, 1)],
  varbinary: [Buffer.from([0, 39, 92, 255]), Buffer.alloc(0)],
  tinyblob: [Buffer.alloc(255, 7), Buffer.alloc(0)],
  blob: [Buffer.from([0xc3, 0x28]), Buffer.alloc(1_000, 0)],
  mediumblob: [Buffer.alloc(66_000, 34), Buffer.alloc(0)],
  longblob: [Buffer.from('x'), Buffer.alloc(0)],
};

let next = 0n;

async function write(
  plan: UnitPlan,
  key: ColumnValue,
  values: readonly ColumnValue[],
): Promise<void> {
  const at = { unit: plan.unit, topic: plan.topic, partition: 0 };
  await noteFirstSight(database, [{ ...at, clusterId: 'c', topicId: 't', partitions: 1 }]);
  await root.execute(
    `UPDATE \`${view.database}\`.civicbus_offset SET next_offset = ? WHERE unit = ?`,
    [next, plan.unit],
  );
  const row: KeyedRow = { key: [key], values, atMs: 1, version: ++next, sortKey: sortKeyOf([key]) };
  const progress = { ...at, epoch: 0n, expected: next - 1n, next, lastRecordTs: 1 };
  expect(
    await writeBatch(database, {
      plan,
      progress,
      rows: [row],
      deadLetters: [],
      history: [],
      generation: 1,
    }),
  ).toBe(true);
}

describe('a value is the same in a direct block and in one worked out from a mirror', () => {
  test.each([
    ['the smallest', 0],
    ['the greatest', 1],
  ])('%s of every type', async (_, index) => {
    const values = EVERY_TYPE.map((type) => extremesOf(type)[index] ?? null);
    const types = view.blocks[0]!.items.map(({ type }) => type);
    expect(types.map((type, i) => checkValue(type, values[i] ?? null))).toEqual(
      types.map(() => undefined),
    );
    const id = '18446744073709551615';
    await write(direct!, id, values);
    await write(mirrored!, Buffer.from([0xff, ...Array<number>(14).fill(0), index]), [
      id,
      ...values,
    ]);

    const differing = EVERY_TYPE.map((__, i) => `of_c${i} <=> c${i} AS c${i}`).join(', ');
    const [row] = await database.query<Record<string, number>>(`SELECT ${differing} FROM person`);
    const unequal = EVERY_TYPE.filter((__, i) => row?.[`c${i}`] !== 1);
    expect(unequal).toEqual([]);
  });

  test('keys of bytes that are no text are told apart, up to their last bit', async () => {
    const nothing = EVERY_TYPE.map((): ColumnValue => null);
    for (const [last, owner] of [
      [0xfe, '1'],
      [0xff, '2'],
    ] as const) {
      const key = Buffer.from([...Array<number>(15).fill(0x80), last]);
      await write(mirrored!, key, [owner, ...nothing.with(0, last - 0xfe)]);
    }

    expect(
      await database.query('SELECT id, of_c0 FROM person__rows WHERE id IN (1, 2) ORDER BY id'),
    ).toEqual([
      { id: 1, of_c0: 0 },
      { id: 2, of_c0: 1 },
    ]);
  });
});
