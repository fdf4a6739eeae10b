/** The statements of a comparison, for one side; all read only, none takes a lock. */
import {
  keyId,
  rowDigest,
  valuePart,
  type KeyCondition,
  type KeyRange,
  type KeyText,
  type Side,
} from './side.ts';

export type RangeDigest = { readonly rows: number; readonly sum: string };
/** Digest of each row by `keyId`. */
export type RowDigests = ReadonlyMap<string, { readonly key: KeyText; readonly digest: string }>;

const KEYS_PER_STATEMENT_MAX = 500;

/** How many rows stand in `range`, and a sum of their digests in any order. */
export async function digestOf(side: Side, range: KeyRange): Promise<RangeDigest> {
  const [row] = await side.session.query<{ n: string | number; a: string; b: string }>(
    `SELECT ${side.dialect.aggregates} FROM (SELECT ${rowDigest(side)} AS d ${side.rows(inRange(side, range))}) AS digests`,
  );
  return { rows: Number(row?.n ?? 0), sum: `${unsigned(row?.a)}.${unsigned(row?.b)}` };
}

/** The key of the `count`th row of `range` in byte order; undefined when there are fewer. */
export async function boundaryOf(
  side: Side,
  range: KeyRange,
  count: number,
): Promise<KeyText | undefined> {
  const order = side.key.map((column) => side.dialect.keyName(column));
  const [row] = await side.session.query<Record<string, string>>(
    `SELECT ${keyColumns(side)} ${side.rows(inRange(side, range))} ORDER BY ${order.join(', ')} LIMIT 1 OFFSET ${count - 1}`,
  );
  return row && keyOf(side, row);
}

/** Every row of `range` with its digest. */
export function rowsIn(side: Side, range: KeyRange): Promise<RowDigests> {
  return rowsWhere(side, inRange(side, range));
}

/** The rows of `keys` that are there, with their digests. */
export async function rowsOf(side: Side, keys: readonly KeyText[]): Promise<RowDigests> {
  const found = new Map<string, { readonly key: KeyText; readonly digest: string }>();
  const wanted = new Set(keys.map(keyId));
  for (let from = 0; from < keys.length; from += KEYS_PER_STATEMENT_MAX) {
    const some = keys.slice(from, from + KEYS_PER_STATEMENT_MAX);
    for (const [id, row] of await rowsWhere(side, among(side, some))) {
      // The source's collation may call more keys equal than were asked for.
      if (wanted.has(id)) found.set(id, row);
    }
  }
  return found;
}

export async function rowsWhere(side: Side, condition: KeyCondition): Promise<RowDigests> {
  const rows = await side.session.query<Record<string, string>>(
    `SELECT ${keyColumns(side)}, ${rowDigest(side)} AS d ${side.rows(condition)}`,
  );
  return new Map(
    rows.map((row) => {
      const key = keyOf(side, row);
      return [keyId(key), { key, digest: row['d'] ?? '' }];
    }),
  );
}

/** A digest of each compared column of the rows of `keys`, by `keyId`: shows which differ, never what they hold. */
export async function columnDigestsOf(
  side: Side,
  keys: readonly KeyText[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const parts = side.columns.map(
    (column, i) => `${side.dialect.md5(valuePart(side.dialect, column))} AS c${i}`,
  );
  for (let from = 0; from < keys.length; from += KEYS_PER_STATEMENT_MAX) {
    const some = keys.slice(from, from + KEYS_PER_STATEMENT_MAX);
    const rows = await side.session.query<Record<string, string>>(
      `SELECT ${[keyColumns(side), ...parts].join(', ')} ${side.rows(among(side, some))}`,
    );
    for (const row of rows) {
      found.set(
        keyId(keyOf(side, row)),
        side.columns.map((_, i) => row[`c${i}`] ?? ''),
      );
    }
  }
  return found;
}

/** Names of the columns in which two rows' column digests differ. */
export function differingLabels(side: Side, a: readonly string[], b: readonly string[]): string[] {
  return side.columns.flatMap(({ label }, i) => (a[i] === b[i] ? [] : [label]));
}

export function inRange(side: Side, { after, upTo }: KeyRange): KeyCondition {
  return (names) => {
    const conditions = [
      ...(after ? [beyond(side, names, { bound: after, operator: '>', last: '>' })] : []),
      ...(upTo ? [beyond(side, names, { bound: upTo, operator: '<', last: '<=' })] : []),
    ];
    return conditions.length === 0 ? '1 = 1' : conditions.map((one) => `(${one})`).join(' AND ');
  };
}

/** `(a, b) > (x, y)` written out: servers use no index for the comparison of rows. */
function beyond(
  side: Side,
  names: readonly string[],
  {
    bound,
    operator,
    last,
  }: { readonly bound: KeyText; readonly operator: string; readonly last: string },
): string {
  return names
    .map((name, i) => {
      const equal = names.slice(0, i).map((before, j) => `${before} = ${at(side, bound, j)}`);
      const sign = i === names.length - 1 ? last : operator;
      return `(${[...equal, `${name} ${sign} ${at(side, bound, i)}`].join(' AND ')})`;
    })
    .join(' OR ');
}

export function among(side: Side, keys: readonly KeyText[]): KeyCondition {
  return (names) => {
    const [only] = names;
    if (names.length === 1 && only !== undefined) {
      return `${only} IN (${keys.map((key) => at(side, key, 0)).join(', ')})`;
    }
    const one = (key: KeyText) => names.map((name, i) => `${name} = ${at(side, key, i)}`);
    return `(${keys.map((key) => `(${one(key).join(' AND ')})`).join(' OR ')})`;
  };
}

function at(side: Side, key: KeyText, index: number): string {
  const column = side.key[index];
  if (!column) throw new RangeError(`a key of ${key.length} values where ${index + 1} are needed`);
  return side.dialect.keyLiteral(column, key[index] ?? '');
}

function keyColumns({ dialect, key }: Side): string {
  return key.map((column, i) => `${dialect.canonical(column)} AS k${i}`).join(', ');
}

function keyOf({ key }: Side, row: Readonly<Record<string, string>>): KeyText {
  return key.map((_, i) => String(row[`k${i}`]));
}

/** Servers without unsigned numbers answer the same bits as a signed one. */
export function unsigned(text: string | number = '0'): bigint {
  return BigInt.asUintN(64, BigInt(text));
}
