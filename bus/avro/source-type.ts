/**
 * The type a column has at its source, from the parameters that the capture adds to its schema
 * (`column.propagate.source.type`): what the wire type alone does not say, lengths and signs.
 */
import type { ColumnType } from '../change/column-type.ts';
import { serverType } from '../change/server-type.ts';

export const SOURCE_TYPE = {
  type: '__debezium.source.column.type',
  length: '__debezium.source.column.length',
  scale: '__debezium.source.column.scale',
  name: '__debezium.source.column.name',
} as const;

/** Undefined where nothing is said, or where the type is none of the bus's. */
export function sourceTypeOf(parameters: unknown): ColumnType | undefined {
  const text = sourceTypeText(parameters);
  return text === undefined ? undefined : serverType(text);
}

/** "VARCHAR(40)", "DECIMAL(12,2)", "enum('a','b')" */
function sourceTypeText(parameters: unknown): string | undefined {
  const told = parametersOf(parameters);
  const type = told.get(SOURCE_TYPE.type);
  if (type === undefined) return undefined;
  if (/^enum$/i.test(type)) {
    const allowed = told.get('allowed');
    return allowed === undefined ? undefined : enumText(allowed);
  }
  const size = sizeText(type, told);
  if (size === undefined) return type;
  // "INT UNSIGNED": the size stands before the attribute.
  const [word = '', ...attributes] = type.split(' ');
  return [`${word}(${size})`, ...attributes].join(' ');
}

function sizeText(type: string, told: ReadonlyMap<string, string>): string | undefined {
  const length = told.get(SOURCE_TYPE.length);
  const scale = told.get(SOURCE_TYPE.scale);
  // PostgreSQL tells a moment's digits as scale, and beside them how many characters it takes.
  if (/^time/i.test(type) && scale !== undefined) return scale;
  if (length === undefined || TAKES_NO_LENGTH.test(type)) return undefined;
  return /^(?:decimal|numeric)$/i.test(type) && scale !== undefined ? `${length},${scale}` : length;
}

/** Connect's parameters of a type, which are texts by name; empty for anything else. */
export function parametersOf(parameters: unknown): Map<string, string> {
  const known = new Map<string, string>();
  if (typeof parameters !== 'object' || parameters === null) return known;
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === 'string') known.set(name, value);
  }
  return known;
}

/** Widths there are display widths, or no lengths at all. */
const TAKES_NO_LENGTH =
  /^(?:year|float|double|real|date|json|\w*text|\w*blob|int[248]|float[48])\b/i;

/** Debezium parts the values by commas, and cannot say a value that holds one. */
function enumText(allowed: string): string {
  const values = allowed.split(',').map((value) => `'${value.replaceAll("'", "''")}'`);
  return `enum(${values.join(',')})`;
}
