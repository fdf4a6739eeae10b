import { describe, expect, test } from 'vitest';
import { BusError } from '../../../../bus/base/errors.ts';
import type { RawRecord } from '../../../../bus/kafka/kafka.ts';
import {
  DEAD_LETTERS_IN_A_ROW_MAX,
  unitDecoder,
  type Decoded,
} from '../../../../bus/view/apply/decode.ts';
import { compileView } from '../../../../bus/view/compile/compile.ts';
import { packVersion } from '../../../../bus/view/version.ts';
import { oracleView } from '../../../support/view/oracle-view.ts';
import {
  broken,
  changed,
  gone,
  message,
  person,
  record,
  scriptedReader,
  tombstone,
  truncate,
} from '../../../support/view/records.ts';

const [identity] = compileView(oracleView('decode'));
const AT = { topic: identity!.topic, partition: 2, generation: 3, deadInARow: 0 };

function decode(records: readonly RawRecord[], deadInARow = 0): Decoded {
  return unitDecoder(identity!, scriptedReader)(records, { ...AT, deadInARow });
}

describe('a record becomes a row change', () => {
  test('with the coordinate as its version', () => {
    const { rows } = decode([person(7n, '1', 'a')]);
    expect(rows).toEqual([
      expect.objectContaining({
        key: ['1'],
        values: ['a', 1],
        version: packVersion({ generation: 3, partition: 2, offset: 7n }),
      }),
    ]);
  });

  test.each<[string, RawRecord]>([
    ['a delete', gone(1n, '1')],
    ['a tombstone, whose delete compaction may have removed', tombstone(1n, '1')],
  ])('%s is a row without values', (_, deleted) => {
    expect(decode([deleted]).rows).toMatchObject([{ key: ['1'], values: null }]);
  });

  test.each(['c', 'r', 'u'] as const)('a change of kind "%s" is written alike', (op) => {
    expect(decode([record(0n, ['1'], { op, after: ['a', null] })]).rows).toHaveLength(1);
  });

  test('a message of the source is no row and no dead letter', () => {
    expect(decode([message(0n)])).toMatchObject({ rows: [], deadLetters: [] });
  });

  test('in the order of the records, unreduced', () => {
    const { rows } = decode([person(0n, '2', 'a'), person(1n, '1', 'b'), gone(2n, '2')]);
    expect(rows.map(({ key }) => key[0])).toEqual(['2', '1', '2']);
  });
});

describe('a record that only its own fault makes unreadable is a dead letter', () => {
  test.each<[RawRecord, string, string]>([
    [broken(5n, 'AVRO_FRAME_BROKEN'), 'AVRO_FRAME_BROKEN', 'not of our framing'],
    [broken(5n, 'AVRO_BODY_BROKEN'), 'AVRO_BODY_BROKEN', 'damaged bytes'],
    [broken(5n, 'AVRO_SCHEMA_UNKNOWN'), 'AVRO_SCHEMA_UNKNOWN', 'a schema nobody registered'],
    [broken(5n, 'CHANGE_CONTRADICTORY'), 'CHANGE_CONTRADICTORY', 'an update without a row'],
    [changed(5n, ['1'], ['x'.repeat(61), 1]), 'VIEW_VALUE_REFUSED', 'longer than declared'],
    [changed(5n, ['1'], ['a', '9223372036854775808']), 'VIEW_VALUE_REFUSED', 'out of range'],
    [changed(5n, ['1'.repeat(19)], ['a', 1]), 'VIEW_VALUE_REFUSED', 'a key longer than declared'],
    [changed(5n, [null], ['a', 1]), 'VIEW_KEY_OF_NULL', 'a key of NULL'],
    [{ ...gone(5n, '1'), key: null }, 'VIEW_KEY_MISSING', 'no key at all'],
    [{ ...tombstone(5n, '1'), key: null }, 'VIEW_KEY_MISSING', 'nothing but a place in the log'],
  ])('%#: %s (%s)', (bad, code) => {
    const decoded = decode([person(4n, '1', 'a'), bad, person(6n, '1', 'b')]);
    expect(decoded.cut).toBeUndefined();
    expect(decoded.rows).toHaveLength(2);
    expect(decoded.deadLetters).toEqual([
      expect.objectContaining({ topic: AT.topic, partition: 2, offset: 5n, generation: 3, code }),
    ]);
  });

  test('it names column, type and reason, and never the value', () => {
    const secret = '440106199001011234440106199001011234440106199001011234440106';
    const { deadLetters } = decode([changed(0n, ['1'], [`${secret}!!`, 1])]);
    expect(deadLetters[0]?.detail).toBe(
      'Column "name" (chars) was given a value that is longer than 60 characters (62).',
    );
    const { deadLetters: ofKey } = decode([gone(0n, secret)]);
    expect(ofKey[0]?.detail).toContain('Column "id_number"');
    expect(ofKey[0]?.detail).not.toContain('4401');
  });

  test('so many in a row, also from batch to batch, cut after the last of them', () => {
    const before = DEAD_LETTERS_IN_A_ROW_MAX - 2;
    expect(decode([broken(0n)], before)).toMatchObject({ deadInARow: before + 1 });
    const { cut, deadLetters, rows } = decode(
      [broken(0n), broken(1n), person(2n, '1', 'a')],
      before,
    );
    expect(cut).toMatchObject({ offset: 2n, code: 'VIEW_DEAD_LETTERS_IN_A_ROW' });
    expect(deadLetters).toHaveLength(2);
    expect(rows).toEqual([]);
  });

  test.each<[RawRecord, string]>([
    [person(1n, '1', 'a'), 'a row'],
    [tombstone(1n, '1'), 'a tombstone'],
    [message(1n), 'a message'],
  ])('%# a good record begins the count anew (%s)', (good) => {
    const before = DEAD_LETTERS_IN_A_ROW_MAX - 1;
    expect(decode([good, broken(2n)], before)).toMatchObject({ deadInARow: 1 });
  });
});

describe('a record that says the stream changed cuts the batch before it', () => {
  test.each<[RawRecord, string]>([
    [truncate(5n), 'VIEW_TRUNCATED'],
    [broken(5n, 'AVRO_COLUMN_MISSING'), 'AVRO_COLUMN_MISSING'],
    [broken(5n, 'AVRO_COLUMN_TYPE'), 'AVRO_COLUMN_TYPE'],
    [broken(5n, 'AVRO_VALUE_ABSENT'), 'AVRO_VALUE_ABSENT'],
    [broken(5n, 'AVRO_REGISTRY_FORBIDDEN'), 'AVRO_REGISTRY_FORBIDDEN'],
  ])('%#: %s', (bad, code) => {
    const { rows, cut, deadLetters } = decode([person(4n, '1', 'a'), bad, person(6n, '1', 'b')]);
    expect(cut).toMatchObject({ offset: 5n, code });
    expect(rows).toHaveLength(1);
    expect(deadLetters).toEqual([]);
  });

  test('a truncate says where it stands', () => {
    expect(decode([truncate(5n)]).cut?.detail).toContain('partition 2, offset 5');
  });
});

describe('what says nothing about the record is thrown, and the batch is repeated', () => {
  test.each(['AVRO_SCHEMA_NOT_LOADED', 'AVRO_REGISTRY_UNREACHABLE'] as const)('%s', (code) => {
    expect(() => decode([person(0n, '1', 'a'), broken(1n, code)])).toThrow(BusError);
  });

  test('so is a bug, which must not pass for a bad record', () => {
    const notJson = { ...person(0n, '1', 'a'), value: Buffer.from('{') };
    expect(() => decode([notJson])).toThrow(SyntaxError);
  });
});
