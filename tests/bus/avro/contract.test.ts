import { describe, expect, test } from 'vitest';
import { agreedPart } from '../../../bus/avro/agreed-part.ts';
import { contractDifferences, isBreaking } from '../../../bus/avro/contract.ts';
import { mariadbWritten } from '../../../bus/avro/mariadb-columns.ts';
import { createReaderCache } from '../../../bus/avro/reader.ts';
import { SOURCE_TYPE } from '../../../bus/avro/source-type.ts';
import { type CapturedTable, envelopeSchema, keySchema } from '../../../bus/avro/table-schema.ts';
import { frame } from '../../../bus/avro/wire.ts';
import { column } from './reading.ts';

const COLUMNS = [
  column('id', 'varchar(18)'),
  column('name', 'varchar(50)'),
  column('count', 'int'),
  column('born_on', 'date'),
];
const table = (columns = COLUMNS): CapturedTable => ({
  topic: 'cdc.civil.registry.person',
  engine: 'mariadb',
  key: ['id'],
  columns: columns.map(({ name, type }) => ({ name, written: mariadbWritten(type) })),
});
const changed = (name: string, type: string) =>
  COLUMNS.map((one) => (one.name === name ? column(name, type) : one));

describe('a registered schema against the declaration', () => {
  test.each([
    ['is the same', COLUMNS, []],
    [
      'lost a column',
      COLUMNS.filter(({ name }) => name !== 'count'),
      [{ column: 'count', kind: 'missing', declared: 'int' }],
    ],
    [
      'has another type',
      changed('count', 'varchar(9)'),
      [{ column: 'count', kind: 'type', declared: 'int', found: 'varchar(9)' }],
    ],
    [
      'has a longer text',
      changed('name', 'varchar(100)'),
      [{ column: 'name', kind: 'wider', declared: 'varchar(50)', found: 'varchar(100)' }],
    ],
    [
      'has a larger number',
      changed('count', 'bigint'),
      [{ column: 'count', kind: 'wider', declared: 'int', found: 'bigint' }],
    ],
    ['has a shorter text', changed('name', 'varchar(10)'), []],
    [
      'has one more column',
      [...COLUMNS, column('note', 'text')],
      [{ column: 'note', kind: 'undeclared', found: 'text' }],
    ],
    [
      'renamed a column',
      COLUMNS.map((one) => (one.name === 'name' ? column('full_name', 'varchar(50)') : one)),
      [
        { column: 'name', kind: 'missing', declared: 'varchar(50)' },
        { column: 'full_name', kind: 'undeclared', found: 'varchar(50)' },
      ],
    ],
  ])('that %s', (_, columns, differences) => {
    expect(contractDifferences(COLUMNS, envelopeSchema(table(columns)))).toEqual(differences);
  });

  test('names a reader’s stops and nothing else as breaking', () => {
    const breaking = (['missing', 'type', 'wider', 'undeclared'] as const).filter((kind) =>
      isBreaking({ column: 'x', kind }),
    );
    expect(breaking).toEqual(['missing', 'type', 'wider']);
  });
});

test('a reader stops at a column that outgrew its declared type, naming both', async () => {
  const cache = createReaderCache({
    fetchSchema: () => Promise.resolve(envelopeSchema(table(changed('count', 'bigint')))),
    projection: { key: [], value: COLUMNS, before: false },
  });
  await cache.prepare([7]);
  expect(() => cache.valueReader.decode(frame(7, Buffer.alloc(20)))).toThrow(
    expect.objectContaining({
      code: 'AVRO_COLUMN_WIDER',
      reaction: 'stop',
      details: { schemaId: 7, column: 'count', expected: 'int', found: 'bigint' },
    }),
  );
});

describe('the agreed part', () => {
  const withField = (type: unknown, more: object = {}) => ({
    type: 'record',
    fields: [{ name: 'x', type, ...more }],
  });
  const said = (type: string, length?: string) => ({
    type: 'int',
    'connect.parameters': {
      [SOURCE_TYPE.type]: type,
      ...(length === undefined ? {} : { [SOURCE_TYPE.length]: length }),
    },
  });

  test.each([
    [withField(['null', 'int'], { default: null }), withField('int'), 'whether it may be NULL'],
    [withField(['int', 'null'], { default: 5 }), withField('int'), 'a default'],
    [withField(said('INT', '11')), withField(said('INT')), 'a display width'],
    [withField(said('YEAR', '4')), withField(said('YEAR')), 'the width of a year'],
    [withField(said('TINYINT', '4')), withField(said('TINYINT')), 'the width of a small number'],
  ])('leaves out, of %#, %3$s', (one, other) => {
    expect(agreedPart(one)).toEqual(agreedPart(other));
  });

  test.each([
    [withField(said('VARCHAR', '50')), withField(said('VARCHAR', '51')), 'a length'],
    [withField(said('TINYINT', '1')), withField(said('TINYINT', '4')), 'a boolean'],
    [withField('int'), withField('long'), 'a type'],
    [withField('int'), { type: 'record', fields: [{ name: 'y', type: 'int' }] }, 'a name'],
  ])('keeps, of %#, %3$s', (one, other) => {
    expect(agreedPart(one)).not.toEqual(agreedPart(other));
  });
});

test('a key schema never tells the source’s type: its id is part of every key', () => {
  expect(JSON.stringify(keySchema(table()))).not.toContain('__debezium');
});
