/**
 * What differs between the engines a subscriber may keep its copy on. Everything else of the kit
 * is SQL that both understand. Text compares by bytes and without padding on either, so that the
 * keys of a table are the keys that were delivered.
 */
import type { ColumnType } from '../../change/column-type.ts';
import type { SqlEngine, SqlSession } from '../../sql/sql.ts';
import { mariadbDialect } from './mariadb-dialect.ts';
import { postgresDialect } from './postgres-dialect.ts';

export type FoundColumn = {
  readonly name: string;
  /** In the server's words; compared with `Dialect.reported`. */
  readonly type: string;
  readonly nullable: boolean;
};

export type FoundTable = {
  readonly columns: readonly FoundColumn[];
  readonly key: readonly string[];
  /** Unique indexes beside the primary key; rows of different partitions could break them. */
  readonly otherUnique: readonly string[];
};

export type Dialect = {
  readonly engine: SqlEngine;
  readonly quote: (name: string) => string;
  /** The type of a column as DDL says it, collation included. */
  readonly columnType: (type: ColumnType) => string;
  /** The same type as the server reports it, collation included. */
  readonly reported: (type: ColumnType) => string;
  /** Types of the kit's own tables. */
  readonly own: {
    readonly name: string;
    readonly text: string;
    readonly bytes32: string;
    readonly flag: string;
  };
  /** What follows the closing bracket of CREATE TABLE. */
  readonly tableOptions: string;
  /** What follows an INSERT so that an existing row takes the new values of `columns`; none: it stays. */
  onConflict(
    key: readonly string[],
    columns: readonly string[],
    nulled?: readonly string[],
  ): string;
  /** Deletes rows of `from` that a row of `by` equals in the key and that `where` holds for. */
  deleteJoined(tables: {
    readonly from: string;
    readonly by: string;
    readonly key: readonly string[];
    readonly where: string;
  }): string;
  /** undefined: no such table in the default database or schema. */
  inspect(session: SqlSession, table: string): Promise<FoundTable | undefined>;
};

export function dialectOf(engine: SqlEngine): Dialect {
  return engine === 'postgresql' ? postgresDialect : mariadbDialect;
}
