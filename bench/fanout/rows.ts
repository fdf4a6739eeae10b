/**
 * Rows of the shared views on the hub, made from a seed and written straight into the views' tables,
 * as if a view's consumer had: inserts first, then updates of rows drawn at random, of which each
 * changes a few fields and some take the row away or bring it back.
 */
import type { Resource } from '../../bus/agreement/resource.ts';
import { seededRandom, type Random } from '../../bus/base/random.ts';
import type { ColumnType } from '../../bus/change/column-type.ts';
import { literal, quoteName } from '../../bus/sql/mysql/mysql-literal.ts';
import type { SqlDatabase, SqlValue } from '../../bus/sql/sql.ts';

const ROWS_PER_INSERT = 250;
const UPDATES_PER_TRANSACTION = 100;
const FIELDS_PER_UPDATE = 3;
/** Of all updates: the others bring a row back that was gone. */
const STAYS = 0.95;
const BEGAN_MS = 1_790_000_000_000;

export type RowsPlan = {
  readonly seed: number;
  /** Rows from `first` up to but not including `rows` are inserted, then `updates` made of all. */
  readonly first: number;
  readonly rows: number;
  readonly updates: number;
};

/** Writes the changes of one resource; answers how many there are. */
export async function writeRows(
  hub: SqlDatabase,
  resource: Resource,
  { seed, first, rows, updates }: RowsPlan,
): Promise<number> {
  const random = seededRandom(seed * 131 + first);
  const table = `${quoteName(resource.rows.database)}.${quoteName(resource.rows.table)}`;
  for (let from = first; from < rows; from += ROWS_PER_INSERT) {
    const some = Array.from({ length: Math.min(ROWS_PER_INSERT, rows - from) }, (_, index) =>
      newRow(resource, from + index, random),
    );
    const names = Object.keys(some[0] ?? {}).map(quoteName);
    const values = some.map((row) => `(${Object.values(row).map(literal).join(',')})`);
    await hub.execute(`INSERT INTO ${table} (${names.join(',')}) VALUES ${values.join(',')}`);
  }
  for (let done = 0; done < updates; done += UPDATES_PER_TRANSACTION) {
    await hub.transaction(async (session) => {
      for (let at = done; at < Math.min(updates, done + UPDATES_PER_TRANSACTION); at++) {
        const serial = random.int(0, rows - 1);
        const set = changeOf(resource, random, BEGAN_MS + rows + first + at);
        const sets = Object.entries(set).map(
          ([name, value]) => `${quoteName(name)}=${literal(value)}`,
        );
        const keys = resource.key.map((name) => `${quoteName(name)}=${literal(keyOf(serial))}`);
        await session.execute(`UPDATE ${table} SET ${sets.join(',')} WHERE ${keys.join(' AND ')}`);
      }
    });
  }
  return Math.max(0, rows - first) + updates;
}

type Row = Readonly<Record<string, SqlValue>>;

function newRow(resource: Resource, serial: number, random: Random): Row {
  const { there, visibleWhile } = resource.rows;
  const row: Record<string, SqlValue> = {};
  for (const { name, type, at } of resource.fields) {
    row[name] = resource.key.includes(name) ? keyOf(serial) : valueOf(name, type, random);
    row[at] = BEGAN_MS + serial;
  }
  if (visibleWhile) row[visibleWhile.column] = random.pick(visibleWhile.in);
  return { ...row, [there]: 1 };
}

/** The source time grows with every change, so that no update is none. */
function changeOf(resource: Resource, random: Random, atMs: number): Row {
  const others = resource.fields.filter(
    ({ name }) => !resource.key.includes(name) && name !== resource.rows.visibleWhile?.column,
  );
  const change: Record<string, SqlValue> = { [resource.rows.there]: random.chance(STAYS) ? 1 : 0 };
  for (let count = 0; count < FIELDS_PER_UPDATE; count++) {
    const { name, type, at } = random.pick(others);
    change[name] = valueOf(name, type, random);
    change[at] = atMs;
  }
  return change;
}

function keyOf(serial: number): string {
  return String(100_000_000 + serial);
}

/** Divisions are those that generated agreements filter by. */
function valueOf(name: string, type: ColumnType, random: Random): SqlValue {
  if (name.endsWith('division')) return `1101${String(random.int(1, 16)).padStart(2, '0')}`;
  switch (type.kind) {
    case 'chars':
      return text(random, Math.min(type.charsMax, 24));
    case 'text':
      return text(random, 60);
    case 'integer':
      return random.int(0, 100);
    case 'year':
      return random.int(1950, 2026);
    case 'boolean':
      return random.int(0, 1);
    case 'decimal':
      return type.scale === 0 || type.precision === type.scale
        ? '0'
        : `${random.int(0, 9)}.${String(random.int(0, 9))}`;
    case 'float':
      return random.int(0, 1_000) / 8;
    case 'date':
      return day(random);
    case 'moment':
      return type.name === 'time' ? '08:30:00' : `${day(random)} 08:30:00`;
    case 'enum':
      return random.pick(type.values);
    case 'json':
      return `{"n":${random.int(0, 100)}}`;
    default:
      return Buffer.from([random.int(0, 255)]);
  }
}

function day(random: Random): string {
  const part = (max: number) => String(random.int(1, max)).padStart(2, '0');
  return `${random.int(1950, 2025)}-${part(12)}-${part(28)}`;
}

function text(random: Random, charsMax: number): string {
  const words = `北京${random.int(1, 99)}区${random.int(1, 999)}号${random.int(1, 99)}`;
  return words.slice(0, Math.max(1, Math.min(charsMax, words.length)));
}
