/**
 * Does one declared type hold every value of another? Judged only between types whose ranges are
 * both declared; where the answer hangs on the values themselves (text into varchar), they are
 * checked one by one instead.
 */
import type { ColumnType, IntegerName } from './column-type.ts';

const INTEGER_BITS: Readonly<Record<IntegerName, number>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
};

const TEXT_SIZES = ['tiny', '', 'medium', 'long'];

/** False when `declared` is known to be narrower than `found`. */
export function holds(declared: ColumnType, found: ColumnType): boolean {
  switch (found.kind) {
    case 'chars':
      return declared.kind !== 'chars' || found.charsMax <= declared.charsMax;
    case 'binary':
      return declared.kind !== 'binary' || found.bytesMax <= declared.bytesMax;
    case 'integer':
      return declared.kind !== 'integer' || holdsInteger(declared, found);
    case 'decimal':
      return declared.kind !== 'decimal' || holdsDecimal(declared, found);
    case 'float':
      return declared.kind !== 'float' || declared.name === 'double' || found.name === 'float';
    case 'moment':
      return declared.kind !== 'moment' || found.digits <= declared.digits;
    case 'enum':
      return holdsEnum(declared, found.values);
    case 'text':
    case 'blob':
      return declared.kind !== found.kind || sizeOf(found.name) <= sizeOf(declared.name);
    default:
      return true;
  }
}

type Integer = Extract<ColumnType, { kind: 'integer' }>;
type Decimal = Extract<ColumnType, { kind: 'decimal' }>;

function holdsInteger(declared: Integer, found: Integer): boolean {
  if (declared.unsigned && !found.unsigned) return false;
  const spare = found.unsigned && !declared.unsigned ? 1 : 0;
  return INTEGER_BITS[found.name] + spare <= INTEGER_BITS[declared.name];
}

function holdsDecimal(declared: Decimal, found: Decimal): boolean {
  const whole = ({ precision, scale }: Decimal): number => precision - scale;
  return found.scale <= declared.scale && whole(found) <= whole(declared);
}

function holdsEnum(declared: ColumnType, values: readonly string[]): boolean {
  if (declared.kind === 'enum') return values.every((value) => declared.values.includes(value));
  if (declared.kind !== 'chars') return true;
  return values.every((value) => Array.from(value).length <= declared.charsMax);
}

/** "mediumtext" is 2 in the order of sizes. */
function sizeOf(name: string): number {
  return TEXT_SIZES.indexOf(name.replace(/text|blob$/, ''));
}
