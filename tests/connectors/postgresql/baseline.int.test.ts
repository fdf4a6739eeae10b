/** The derived contract against what a real capture of PostgreSQL registers, type by type. */
import { beforeAll, expect, test } from 'vitest';
import { agreedPart } from '../../../bus/avro/agreed-part.ts';
import { contractDifferences } from '../../../bus/avro/contract.ts';
import { must } from '../../../bus/base/assert.ts';
import { createConfluentRegistry } from '../../../bus/registry/confluent/confluent-registry.ts';
import { applySources } from '../../../connectors/apply.ts';
import { type Baseline, baselinesOf, subjectOf } from '../../../connectors/baseline.ts';
import { loadSources } from '../../../connectors/load-source.ts';
import { testStack } from '../../support/env.ts';
import { untilCaptured } from '../real-source.ts';
import { realPostgres, type RealPostgres } from './real-postgres.ts';

const TYPES = [
  'varchar(4)',
  'char(3)',
  'text',
  'smallint',
  'integer',
  'bigint',
  'numeric(12,2)',
  'real',
  'double precision',
  'boolean',
  'date',
  'timestamp(0)',
  'timestamp(3)',
  'timestamp',
  'timestamp(6) with time zone',
  'time(6)',
  'bytea',
  'uuid',
  'json',
  'jsonb',
];

const stack = await testStack('pgbaseline');
let source: RealPostgres;
let baseline: Baseline;

beforeAll(async () => {
  const columns = TYPES.map((type, at) => `column${at} ${type} NULL`).join(', ');
  source = await realPostgres(stack, {
    create: `CREATE TABLE person (part integer, id_number varchar(18), ${columns}, PRIMARY KEY (id_number, part))`,
  });
  const lines = [
    ['part', 'integer'],
    ['id_number', 'varchar(18)'],
    ...TYPES.map((type, at) => [`column${at}`, type]),
  ].map(([name, type]) => `      - { name: ${name}, type: '${type}', classification: internal }`);
  const file = await source.file((yaml) => {
    const [head = ''] = yaml.split('    columns:\n');
    return `${head.replace('key: [id_number]', 'key: [id_number, part]')}    columns:\n${lines.join('\n')}\n`;
  });
  const [loaded] = await loadSources([file]);
  baseline = must(baselinesOf(must(loaded, 'the source').source)[0], 'its table');
  await applySources([file], source.context, { ports: source.ports });
  await source.sql.execute("INSERT INTO person (part, id_number) VALUES (1, 'a')");
});

test('the key schema is registered exactly as derived', async () => {
  expect(await registered('key')).toEqual(baseline.keySchema);
});

test('the change schema is the derived one', async () => {
  expect(agreedPart(await registered('value'))).toEqual(agreedPart(baseline.valueSchema));
});

test('a reader of the declaration finds no difference', async () => {
  expect(contractDifferences(baseline.key, await registered('key'))).toEqual([]);
  expect(contractDifferences(baseline.columns, await registered('value'))).toEqual([]);
});

async function registered(side: 'key' | 'value'): Promise<unknown> {
  const { url, reader } = stack.endpoints.registry;
  const password = await stack.password(reader);
  const registry = createConfluentRegistry({ url, user: reader.user, password });
  const subject = subjectOf(baseline, side);
  return untilCaptured(source, subject, async () => {
    const subjects = await registry.subjects();
    return subjects.includes(subject) ? (await registry.latest(subject)).schema : undefined;
  });
}
