/**
 * A registered schema without what no declaration says: defaults, whether a column may be NULL,
 * and display widths. What is left equals the same part of the table's baseline.
 */
import { parametersOf, SOURCE_TYPE } from './source-type.ts';

const UNSAID: ReadonlySet<string> = new Set(['default', 'connect.default']);
/** Types whose length, or scale, bounds their values; elsewhere they are widths of display. */
const HAS_LENGTH = /^(?:(?:var|bp)?char|(?:var)?binary|decimal|numeric|datetime|time(?:stamp)?)$/i;
const HAS_SCALE = /^(?:decimal|numeric|timestamp(?:tz)?|time)$/i;
const HAS_BOTH = /^(?:decimal|numeric)$/i;

/** The part of an Avro schema that a declaration decides, in a form that compares deeply. */
export function agreedPart(schema: unknown): unknown {
  if (Array.isArray(schema)) return unionPart(schema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([name]) => !UNSAID.has(name));
  return Object.fromEntries(
    entries.map(([name, value]): [string, unknown] => {
      if (name === 'connect.parameters') return [name, parametersPart(value)];
      if (name === 'fields' && Array.isArray(value)) return [name, value.map(agreedPart)];
      return [name, agreedPart(value)];
    }),
  );
}

/** A union with NULL and one type is that type. */
function unionPart(branches: readonly unknown[]): unknown {
  const values = branches.filter((branch) => branch !== 'null');
  return values.length === 1 ? agreedPart(values[0]) : branches.map(agreedPart);
}

function parametersPart(parameters: unknown): unknown {
  const told = parametersOf(parameters);
  const type = told.get(SOURCE_TYPE.type);
  if (type === undefined) return Object.fromEntries(told);
  // TINYINT(1) is the one width that means something: boolean.
  const isBoolean = /^tinyint$/i.test(type) && told.get(SOURCE_TYPE.length) === '1';
  if (!HAS_SCALE.test(type)) told.delete(SOURCE_TYPE.scale);
  // PostgreSQL tells a moment's digits as scale, and beside them how many characters it takes.
  const isWidth = told.has(SOURCE_TYPE.scale) && !HAS_BOTH.test(type);
  if (!isBoolean && (isWidth || !HAS_LENGTH.test(type))) told.delete(SOURCE_TYPE.length);
  return Object.fromEntries(told);
}
