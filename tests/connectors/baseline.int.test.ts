/** The derived contract against what a real capture registers, for every type a source can declare. */
import { beforeAll, expect, test } from 'vitest';
import { must } from '../../bus/base/assert.ts';
import { agreedPart } from '../../bus/avro/agreed-part.ts';
import { contractDifferences } from '../../bus/avro/contract.ts';
import { createConfluentRegistry } from '../../bus/registry/confluent/confluent-registry.ts';
import type { SchemaRegistry } from '../../bus/registry/registry.ts';
import { applySources } from '../../connectors/apply.ts';
import { type Baseline, baselinesOf, subjectOf } from '../../connectors/baseline.ts';
import { loadSources } from '../../connectors/load-source.ts';
import { testStack } from '../support/env.ts';
import { realSource, type RealSource, untilCaptured } from './real-source.ts';

/** Each type, and a value of it for the columns that may not be NULL. */
const TYPES: readonly (readonly [type: string, sample: string])[] = [
  ['tinyint', '1'],
  ['tinyint unsigned', '1'],
  ['smallint', '1'],
  ['smallint unsigned', '1'],
  ['mediumint', '1'],
  ['mediumint unsigned', '1'],
  ['int', '1'],
  ['int unsigned', '1'],
  ['bigint', '1'],
  ['bigint unsigned', '1'],
  ['decimal(12,2)', '1'],
  ['float', '1'],
  ['double', '1'],
  ['date', "'2020-01-01'"],
  ['datetime', "'2020-01-01 00:00:00'"],
  ['datetime(3)', "'2020-01-01 00:00:00'"],
  ['datetime(6)', "'2020-01-01 00:00:00'"],
  ['timestamp', "'2020-01-01 00:00:00'"],
  ['timestamp(6)', "'2020-01-01 00:00:00'"],
  ['time', "'01:00:00'"],
  ['time(6)', "'01:00:00'"],
  ['year', '2020'],
  ['boolean', '1'],
  ['varchar(4)', "'a'"],
  ['char(3)', "'a'"],
  ['tinytext', "'a'"],
  ['text', "'a'"],
  ['mediumtext', "'a'"],
  ['longtext', "'a'"],
  ["enum('in','out of')", "'in'"],
  ['json', "'{}'"],
  ['binary(3)', "'a'"],
  ['varbinary(3)', "'a'"],
  ['tinyblob', "'a'"],
  ['blob', "'a'"],
  ['longblob', "'a'"],
];
const KEY_TYPES = ['varchar(18)', 'int', 'bigint unsigned', 'date', 'datetime(6)', 'char(2)'];

const stack = await testStack('baseline');
let source: RealSource;
let registry: SchemaRegistry;
let baselines: readonly Baseline[];

beforeAll(async () => {
  source = await realSource(stack);
  await source.sql.execute('DROP TABLE person');
  const columns = TYPES.map(([type], at) => `may${at} ${type} NULL, must${at} ${type} NOT NULL`);
  await source.sql.execute(
    `CREATE TABLE person (id_number VARCHAR(18) NOT NULL PRIMARY KEY, ${columns.join(', ')}, word VARCHAR(3) NOT NULL DEFAULT 'x', count INT NULL DEFAULT 5) CHARACTER SET utf8mb4`,
  );
  const keys = KEY_TYPES.map((type, at) => `key${at} ${type} NOT NULL`).join(', ');
  const names = KEY_TYPES.map((_, at) => `key${at}`);
  // Neither the order of the table nor that of names.
  const order = names.toReversed().join(', ');
  await source.sql.execute(
    `CREATE TABLE keyed (${keys}, note VARCHAR(5) NULL, PRIMARY KEY (${order}))`,
  );
  await source.forUser(`GRANT SELECT ON ${source.database}.keyed TO {user}`);
  const file = await source.file(declared);
  const [loaded] = await loadSources([file]);
  baselines = baselinesOf(must(loaded, 'the source').source);
  // Without the registry nothing is registered beforehand: what is found is the capture's own.
  const { registry: _, ...ports } = source.ports;
  await applySources([file], source.context, { ports });
  const set = TYPES.map(([, sample], at) => `must${at} = ${sample}`).join(', ');
  await source.sql.execute(`INSERT INTO person SET id_number = '1', ${set}`);
  await source.sql.execute(
    "INSERT INTO keyed VALUES ('a', 1, 2, '2020-01-01', '2020-01-01 00:00:00', 'b', NULL)",
  );
  const { url, reader } = stack.endpoints.registry;
  const password = await stack.password(reader);
  registry = createConfluentRegistry({ url, user: reader.user, password });
});

test.each(['person', 'keyed'])(
  'the key schema of %s is registered exactly as derived',
  async (table) => {
    const baseline = baselineOf(table);
    expect(await registered(baseline, 'key')).toEqual(baseline.keySchema);
  },
);

test.each(['person', 'keyed'])('the change schema of %s is the derived one', async (table) => {
  const baseline = baselineOf(table);
  expect(agreedPart(await registered(baseline, 'value'))).toEqual(agreedPart(baseline.valueSchema));
});

test('a reader of the declaration finds no difference in what was registered', async () => {
  for (const baseline of baselines) {
    expect(contractDifferences(baseline.key, await registered(baseline, 'key'))).toEqual([]);
    expect(contractDifferences(baseline.columns, await registered(baseline, 'value'))).toEqual([]);
  }
});

function baselineOf(table: string): Baseline {
  return must(
    baselines.find((one) => one.table === table),
    `the baseline of ${table}`,
  );
}

async function registered(baseline: Baseline, side: 'key' | 'value'): Promise<unknown> {
  const subject = subjectOf(baseline, side);
  return untilCaptured(source, subject, async () => {
    const subjects = await registry.subjects();
    return subjects.includes(subject) ? (await registry.latest(subject)).schema : undefined;
  });
}

function declared(yaml: string): string {
  const [head = ''] = yaml.split('    columns:\n');
  const line = (name: string, type: string) =>
    `      - { name: ${name}, type: ${JSON.stringify(type)}, classification: internal }`;
  const person = [
    line('id_number', 'varchar(18)'),
    ...TYPES.flatMap(([type], at) => [line(`may${at}`, type), line(`must${at}`, type)]),
    line('word', 'varchar(3)'),
    line('count', 'int'),
  ];
  const names = KEY_TYPES.map((_, at) => `key${at}`);
  const keyed = [
    ...KEY_TYPES.map((type, at) => line(`key${at}`, type)),
    line('note', 'varchar(5)'),
  ];
  return `${head}    columns:\n${person.join('\n')}\n  - name: keyed\n    owner: register-office\n    key: [${names.toReversed().join(', ')}]\n    columns:\n${keyed.join('\n')}\n`;
}
