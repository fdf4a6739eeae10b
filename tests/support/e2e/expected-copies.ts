/**
 * What the copies of the pairs must hold, worked out without any of the bus's own code: SQL for rows
 * and fields, a few lines for masks. All values as text, so that servers cannot differ in how they
 * give them. A resource of child rows is its table itself: whether its entity is visible is not asked.
 */
import { createHmac } from 'node:crypto';
import type { SqlDatabase } from '../../../bus/sql/sql.ts';
import type { Copy } from './pair-city.ts';

export type TextRow = readonly (string | null)[];

type Mask = (value: string) => string;

export type Expectation = {
  /** On the hub; columns in the order of `fields`. */
  readonly sql: string;
  readonly fields: readonly string[];
  readonly masks?: Readonly<Record<string, Mask>>;
};

const text = (columns: readonly string[]): string =>
  columns.map((column) => `CAST(${column} AS CHAR)`).join(', ');

export function salesExpected(key: Buffer): Expectation {
  const fields = [
    'contract_number',
    'project_number',
    'sold_unit_number',
    'buyer_id_number',
    'contract_status',
    'signed_on',
    'cancelled_on',
    'contract_area',
  ];
  return {
    sql: `SELECT ${text(fields)} FROM hub_property.presale_contract__rows WHERE __there = 1 AND contract_status IN ('signed', 'cancelled')`,
    fields,
    masks: { buyer_id_number: token(key) },
  };
}

export function unitsExpected(fields: readonly string[]): Expectation {
  return {
    sql: `SELECT ${text(fields)} FROM hub_property.unit__rows WHERE __there = 1 AND LEFT(unit_usage, 11) = 'residential'`,
    fields,
    masks: {
      unit_building_number: (number) => {
        const chars = Array.from(number);
        return [...chars.slice(0, 2), ...chars.slice(2).fill('*')].join('');
      },
    },
  };
}

export async function expectedRows(
  hub: SqlDatabase,
  { sql, fields, masks = {} }: Expectation,
): Promise<TextRow[]> {
  const rows = await hub.query<Record<string, string | null>>(sql);
  return sorted(
    rows.map((row) =>
      Object.values(row).map((value, at) => {
        const mask = masks[fields[at] ?? ''];
        return value === null || !mask ? value : mask(value);
      }),
    ),
  );
}

export async function copiedRows(
  { database, table, engine }: Copy,
  fields: readonly string[],
): Promise<TextRow[]> {
  const type = engine === 'postgresql' ? 'TEXT' : 'CHAR';
  const columns = fields.map((name, at) => `CAST(${name} AS ${type}) AS c${at}`);
  const rows = await database.query<Record<string, string | null>>(
    `SELECT ${columns.join(', ')} FROM ${table}`,
  );
  return sorted(rows.map((row) => Object.values(row)));
}

function token(key: Buffer): Mask {
  return (value) => createHmac('sha256', key).update(`text\0${value}`).digest('hex');
}

function sorted(rows: readonly TextRow[]): TextRow[] {
  return rows.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}
