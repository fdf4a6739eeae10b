import { expect, test } from 'vitest';
import type { ColumnValue } from '../../../../bus/change/column-value.ts';
import { testStack } from '../../../support/env.ts';
import { copyRig, field } from '../../../support/pair/copy-rig.ts';

const stack = await testStack('pairtypes');

type Shown = string | number | boolean | Buffer | null;
type Line = readonly [
  type: string,
  sent: ColumnValue,
  onMariadb: Shown,
  onPostgres: Shown,
  reason: string,
];

/** One field each; a value at the edge of its type, and what each engine then answers. */
const LINES: readonly Line[] = [
  ['char(4)', 'ab', 'ab', 'ab', 'no blanks are added'],
  [
    'varchar(40)',
    '𠮷 \\ \' " ? ',
    '𠮷 \\ \' " ? ',
    '𠮷 \\ \' " ? ',
    'rare characters, quotes, a blank at the end',
  ],
  ['longtext', '', '', '', 'empty is not NULL'],
  ["enum('a','b''c')", "b'c", "b'c", "b'c", 'a quote inside'],
  ['tinyint', -128, -128, -128, 'smallest'],
  ['tinyint unsigned', 255, 255, 255, 'largest'],
  ['smallint unsigned', 65_535, 65_535, 65_535, 'largest'],
  ['mediumint unsigned', 16_777_215, 16_777_215, 16_777_215, 'largest'],
  ['int', -2_147_483_648, -2_147_483_648, -2_147_483_648, 'smallest'],
  ['int unsigned', 4_294_967_295, 4_294_967_295, 4_294_967_295, 'beyond 32 signed bits'],
  ['bigint', '-9223372036854775808', '-9223372036854775808', '-9223372036854775808', 'beyond 2^53'],
  [
    'bigint unsigned',
    '18446744073709551615',
    '18446744073709551615',
    '18446744073709551615',
    'beyond 64 signed bits',
  ],
  [
    'decimal(30,10)',
    '-12345678901234567890.0123456789',
    '-12345678901234567890.0123456789',
    '-12345678901234567890.0123456789',
    'no float between',
  ],
  ['double', 0.1, 0.1, 0.1, 'shortest form'],
  ['date', '1000-01-01', '1000-01-01', '1000-01-01', 'earliest of MariaDB'],
  [
    'datetime(6)',
    '9999-12-31 23:59:59.999999',
    '9999-12-31 23:59:59.999999',
    '9999-12-31 23:59:59.999999',
    'latest',
  ],
  [
    'timestamp(6)',
    '2038-01-19 03:14:07.999999',
    '2038-01-19 03:14:07.999999',
    '2038-01-19 03:14:07.999999+00',
    'a point in time, in UTC',
  ],
  [
    'time(6)',
    '-838:59:59.000001',
    '-838:59:59.000001',
    '-838:59:59.000001',
    'a duration below zero',
  ],
  ['year', 2155, 2155, 2155, 'latest'],
  ['boolean', true, 1, true, 'as the engine has it'],
  [
    'varbinary(8)',
    Buffer.from([0, 255, 92, 39]),
    Buffer.from([0, 255, 92, 39]),
    Buffer.from([0, 255, 92, 39]),
    'any byte',
  ],
  ['blob', Buffer.alloc(0), Buffer.alloc(0), Buffer.alloc(0), 'empty is not NULL'],
  [
    'json',
    '{"b":1,"a":[1.50,"𠮷"]}',
    '{"b":1,"a":[1.50,"𠮷"]}',
    '{"b":1,"a":[1.50,"𠮷"]}',
    'order and digits stay',
  ],
];

test.each([
  ['mariadb', 2],
  ['postgresql', 3],
] as const)(
  'every delivered type keeps its values on %s, through a copy and as a change',
  async (engine, shown) => {
    const rig = await copyRig(stack, engine);
    const fields = [
      field('id', 'varchar(40)'),
      ...LINES.map(([type], at) => field(`c${at}`, type)),
    ];
    rig.feed.newVersion(fields);
    const row = ['in the copy', ...LINES.map(([, sent]) => sent)];
    rig.feed.truth.set('in the copy', row);
    rig.feed.truth.set('empty', ['empty', ...LINES.map(() => null)]);
    rig.feed.backfill();
    rig.feed.change('changed', ['changed', ...row.slice(1)]);
    await rig.start('me').drain();
    // The next process finds the tables as it would make them.
    await rig.start('heir').drain();
    rig.feed.change('changed', ['changed', ...row.slice(1)]);
    await rig.start('third').drain();

    expect((await rig.progress()).map(({ faultDetail }) => faultDetail)).toEqual([null, null]);
    const rows = await rig.rows();
    for (const key of ['in the copy', 'changed']) {
      const found = rows.get(key)!;
      const got = LINES.map(([type], at) => [type, plain(found[`c${at}`])]);
      expect(got, key).toEqual(LINES.map((line) => [line[0], plain(line[shown])]));
    }
    expect(Object.values(rows.get('empty')!).slice(1)).toEqual(LINES.map(() => null));
  },
);

function plain(value: unknown): unknown {
  return Buffer.isBuffer(value) ? value.toString('hex') : value;
}
