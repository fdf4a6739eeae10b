/** What the capture of a MariaDB table writes for a column of each declared type. */
import { type ColumnType, sqlTypeOf } from '../change/column-type.ts';
import { SEMANTIC } from '../change/wire-type.ts';
import type { Written } from './table-schema.ts';

type Wire = Omit<Written, 'source'>;

/** The schema of one column. */
export function mariadbWritten(type: ColumnType): Written {
  return { ...wireOf(type), source: sourceOf(type) };
}

const INT16 = { avro: 'int', tail: { 'connect.type': 'int16' } };

function wireOf(type: ColumnType): Wire {
  switch (type.kind) {
    case 'integer':
      return integerWire(sqlTypeOf(type));
    case 'boolean':
      return INT16;
    case 'float':
      return { avro: type.name };
    case 'date':
      return { avro: 'int', semantic: SEMANTIC.date };
    case 'year':
      return { avro: 'int', semantic: SEMANTIC.year };
    case 'moment':
      return momentWire(type);
    case 'enum':
      return {
        avro: 'string',
        semantic: SEMANTIC.enum,
        parameters: { allowed: type.values.join(',') },
      };
    case 'binary':
    case 'blob':
      return { avro: 'bytes' };
    default:
      // Decimals too: decimal.handling.mode=string.
      return { avro: 'string' };
  }
}

function integerWire(name: string): Wire {
  switch (name) {
    case 'tinyint':
    case 'tinyint unsigned':
    case 'smallint':
      return INT16;
    case 'int unsigned':
    case 'bigint':
      return { avro: 'long' };
    case 'bigint unsigned':
      return {
        avro: 'bytes',
        semantic: SEMANTIC.decimal,
        head: { scale: 0, precision: 20 },
        parameters: { scale: '0', 'connect.decimal.precision': '20' },
        tail: { logicalType: 'decimal' },
      };
    default:
      return { avro: 'int' };
  }
}

function momentWire({ name, digits }: Extract<ColumnType, { kind: 'moment' }>): Wire {
  if (name === 'timestamp') return { avro: 'string', semantic: SEMANTIC.zonedTimestamp };
  if (name === 'time') return { avro: 'long', semantic: SEMANTIC.timeUs };
  return { avro: 'long', semantic: digits <= 3 ? SEMANTIC.timestampMs : SEMANTIC.timestampUs };
}

/** A type as the capture names it in parameters; widths of display are left out. */
function sourceOf(type: ColumnType): Written['source'] {
  switch (type.kind) {
    case 'chars':
      return { word: type.name.toUpperCase(), length: type.charsMax };
    case 'binary':
      return { word: type.name.toUpperCase(), length: type.bytesMax };
    case 'decimal':
      return { word: 'DECIMAL', length: type.precision, scale: type.scale };
    case 'moment':
      return {
        word: type.name.toUpperCase(),
        length: type.digits === 0 ? undefined : type.digits,
      };
    case 'boolean':
      return { word: 'TINYINT', length: 1 };
    case 'enum':
      return { word: 'ENUM' };
    case 'json':
      return { word: 'LONGTEXT' };
    default:
      return { word: sqlTypeOf(type).toUpperCase() };
  }
}
