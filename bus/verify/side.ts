/**
 * One side of a comparison: rows of a table, or of a query, with the key and the columns that are
 * compared. Both sides give each row the same digest exactly when key and columns are equal,
 * whatever server computes it: every value is first rendered as canonical text of the type that
 * the view declares. What differs between servers is behind `Dialect`.
 */
import { isProblem, parseColumnType, type ColumnType } from '../change/column-type.ts';
import type { SqlSession } from '../sql/sql.ts';

export type SideColumn = {
  /** The same on both sides: how a difference is named. */
  readonly label: string;
  /** The column of this side. */
  readonly column: string;
  /** The type that the view declares; decides the canonical text. */
  readonly type: ColumnType;
  /** The column's type on this side, as declared there; absent: the same as `type`. */
  readonly own?: string;
  /** One of the sides keeps a number of single precision: compared by the six digits that servers print. */
  readonly isSingle?: boolean;
};

/** Key values as canonical text, in key order; bytes as hexadecimal digits. */
export type KeyText = readonly string[];

/** Keys above `after` and up to `upTo`, in byte order; an absent end is open. */
export type KeyRange = { readonly after?: KeyText; readonly upTo?: KeyText };

/** A condition on key columns, given as expressions in key order. */
export type KeyCondition = (names: readonly string[]) => string;

export type Dialect = {
  readonly quote: (name: string) => string;
  /** Canonical text of a column; NULL stays NULL. Long values are replaced by length and digest. */
  readonly canonical: (column: SideColumn) => string;
  /** `text`, as `canonical` gives it for a key column, as a literal that compares with the column. */
  readonly keyLiteral: (column: SideColumn, text: string) => string;
  /** 32 hexadecimal digits of a text expression's bytes. */
  readonly md5: (text: string) => string;
  /** Joins text expressions, none of which is NULL. */
  readonly concat: (parts: readonly string[]) => string;
  /** Number of bytes of a text expression, as text. */
  readonly bytes: (text: string) => string;
  /** Aggregates of the column `d` (32 digits): n, and a and b, the XOR of both halves, as decimal text. */
  readonly aggregates: string;
  /** Whether a type as sources declare it holds numbers of single precision. */
  readonly isSingle: (own: string) => boolean;
  /** A key column as it is compared and sorted: in byte order. */
  readonly keyName: (column: SideColumn) => string;
};

export type Side = {
  readonly dialect: Dialect;
  readonly session: SqlSession;
  readonly key: readonly SideColumn[];
  readonly columns: readonly SideColumn[];
  /** "FROM … WHERE …" of the rows whose key meets the condition. */
  readonly rows: (condition: KeyCondition) => string;
};

/** A stable name of a key within its table. */
export function keyId(key: KeyText): string {
  return JSON.stringify(key);
}

/** Kinds whose canonical text never holds the letter N or a comma. */
const PLAIN_KINDS: ReadonlySet<ColumnType['kind']> = new Set([
  'integer',
  'decimal',
  'float',
  'date',
  'moment',
  'year',
  'boolean',
  'binary',
  'blob',
  'text',
  'json',
]);

/**
 * The digest of a row as an expression. Values are joined so that no two different rows give one
 * text: NULL is N, a plain value ends with a comma, any other has its length in front.
 */
export function rowDigest({ dialect, key, columns }: Side): string {
  const parts = [...key, ...columns].map((column) => valuePart(dialect, column));
  return dialect.md5(dialect.concat(parts));
}

/** One value as it stands in the text of its row. */
export function valuePart(dialect: Dialect, column: SideColumn): string {
  const text = dialect.canonical(column);
  const marked = PLAIN_KINDS.has(column.type.kind)
    ? dialect.concat([text, "','"])
    : dialect.concat([dialect.bytes(text), "':'", text]);
  return `COALESCE(${marked}, 'N')`;
}

/** The type that a source declares, where it is one that views know. */
export function ownType(declared: string | undefined): ColumnType | undefined {
  const parsed = declared === undefined ? undefined : parseColumnType(declared);
  return parsed === undefined || isProblem(parsed) ? undefined : parsed;
}
