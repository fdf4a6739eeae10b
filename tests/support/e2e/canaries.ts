/**
 * Values that stand nowhere else: planted in columns that no agreement names, searched for
 * afterwards in the raw bytes of everything the bus has written. Texts carry one tag; numbers and
 * dates are drawn from so many that none can be there by chance.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteName } from '../../../bus/sql/mysql/mysql-literal.ts';
import { quotePostgresName } from '../../../bus/sql/postgres/postgres-literal.ts';
import type { SqlDatabase, SqlEngine, SqlRow, SqlValue } from '../../../bus/sql/sql.ts';

/** A shorter text could not be told from others. */
const CHARS_MIN = 9;
const CHARS_MAX = 24;
const DIGITS_MIN = 12;

export type Canaries = {
  /** What every text begins with. */
  readonly tag: string;
  /** Numbers and dates, as they would be delivered. */
  readonly others: readonly string[];
  text(charsMax: number): string;
  /** A value for a column, or undefined where it has too little room for one. */
  valueFor(column: ColumnFacts): SqlValue | undefined;
};

export type ColumnFacts = {
  readonly name: string;
  readonly type: string;
  readonly charsMax: number | null;
  readonly digits: number | null;
  readonly scale: number | null;
};

export function newCanaries(): Canaries {
  // Sorts before all that the departments' workload looks for, so that it leaves planted rows alone.
  const tag = `0q${randomBytes(2).toString('hex')}`;
  const others = new Set<string>();
  const note = (value: string): string => {
    others.add(value);
    return value;
  };
  const text = (charsMax: number): string => {
    const chars = Math.min(charsMax, CHARS_MAX) - tag.length;
    return `${tag}${randomBytes(chars).toString('hex').slice(0, chars)}`;
  };
  return {
    tag,
    get others() {
      return [...others];
    },
    text,
    valueFor({ type, charsMax, digits, scale }) {
      if (charsMax !== null && charsMax >= CHARS_MIN && type !== 'varbinary' && type !== 'enum')
        return text(charsMax);
      if (type === 'date') return note(date());
      if ((type === 'decimal' || type === 'numeric') && (digits ?? 0) >= DIGITS_MIN)
        return note(decimal(digits ?? 0, scale ?? 0));
      return undefined;
    },
  };
}

/** In a year that nobody lives in. */
function date(): string {
  const two = (most: number) => String(randomInt(1, most + 1)).padStart(2, '0');
  return `${randomInt(3_000, 9_000)}-${two(12)}-${two(28)}`;
}

function decimal(digits: number, scale: number): string {
  const random = (count: number) =>
    Array.from({ length: count }, () => String(randomInt(1, 10))).join('');
  return `${random(digits - scale)}.${random(scale)}`;
}

/** Columns of a department's table. */
export function columnsOf(
  database: SqlDatabase,
  { table, engine }: { readonly table: string; readonly engine: SqlEngine },
): Promise<ColumnFacts[]> {
  const isPostgres = engine === 'postgresql';
  const schema = isPostgres ? "'public'" : 'DATABASE()';
  const name = isPostgres ? quotePostgresName : quoteName;
  return database.query<ColumnFacts>(
    `SELECT column_name AS name, data_type AS type, character_maximum_length AS ${name('charsMax')},
        numeric_precision AS digits, numeric_scale AS scale
      FROM information_schema.columns WHERE table_schema = ${schema} AND table_name = ?`,
    [table],
  );
}

export type Planting = {
  readonly database: SqlDatabase;
  readonly engine: SqlEngine;
  readonly table: string;
  /** Values that are not canaries. */
  readonly plain: SqlRow;
  /** Columns that keep the value of the row that is copied. */
  readonly agreed: readonly string[] | 'all';
};

/** Adds a row: a copy of another one with a canary in every column that is not agreed and has room. */
export async function plant(
  { database, engine, table, plain, agreed }: Planting,
  canaries: Canaries,
): Promise<SqlRow> {
  const [template] = await database.query(`SELECT * FROM ${table} LIMIT 1`);
  if (!template) throw new Error(`${table} has no row to copy`);
  const row: Record<string, SqlValue> = { ...template };
  for (const column of await columnsOf(database, { table, engine })) {
    const isAgreed = agreed === 'all' || agreed.includes(column.name);
    const value = isAgreed ? undefined : canaries.valueFor(column);
    if (value !== undefined) row[column.name] = value;
  }
  Object.assign(row, plain);
  const names = Object.keys(row);
  await database.execute(`INSERT INTO ${table} (${names.join(', ')}) VALUES (?)`, [
    names.map((name) => row[name] ?? null),
  ]);
  return row;
}

export type Sighting = { readonly file: string; readonly found: string };

/** Where any of the canaries stands in the files below `folder` that `isSearched`. */
export async function sightings(
  folder: string,
  { tag, others }: Pick<Canaries, 'tag' | 'others'>,
  isSearched: (file: string) => boolean = () => true,
): Promise<{ readonly files: number; readonly bytes: number; readonly seen: Sighting[] }> {
  const seen: Sighting[] = [];
  let [files, bytes] = [0, 0];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !isSearched(file)) continue;
    const content = await contentOf(file);
    if (!content) continue;
    files++;
    bytes += content.length;
    for (const found of [tag, ...others]) if (content.includes(found)) seen.push({ file, found });
  }
  return { files, bytes, seen };
}

/** undefined for a draft that was renamed in between: it is found, or replaced, under its own name. */
async function contentOf(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (file.endsWith('.tmp')) return undefined;
    throw error;
  }
}
