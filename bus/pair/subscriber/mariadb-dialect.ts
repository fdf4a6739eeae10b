/** MariaDB's part of the subscriber kit. Types keep the names under which they are delivered. */
import { sqlTypeOf, type ColumnType } from '../../change/column-type.ts';
import { canonicalType } from '../../change/server-type.ts';
import { quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlSession } from '../../sql/sql.ts';
import type { Dialect, FoundTable } from './dialect.ts';

const COLLATION = 'utf8mb4_nopad_bin';

export const mariadbDialect: Dialect = {
  engine: 'mariadb',
  quote: quoteName,
  columnType: sqlTypeOf,
  reported: (type) => shown(canonicalType(sqlTypeOf(type)), hasCollation(type) ? COLLATION : null),
  own: { name: 'VARCHAR(200)', text: 'LONGTEXT', bytes32: 'BINARY(32)', flag: 'TINYINT' },
  tableOptions: `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=${COLLATION}`,
  onConflict(key, columns, nulled = []) {
    const first = quoteName(key[0] ?? '');
    const sets = [
      ...columns.map((name) => `${quoteName(name)} = VALUES(${quoteName(name)})`),
      ...nulled.map((name) => `${quoteName(name)} = NULL`),
    ];
    // Naming the key itself changes nothing, also where it is all there is.
    const kept = `${first} = VALUES(${first})`;
    return `ON DUPLICATE KEY UPDATE ${sets.length > 0 ? sets.join(', ') : kept}`;
  },
  deleteJoined({ from, by, key, where }) {
    const same = key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(' AND ');
    return `DELETE t FROM ${quoteName(by)} AS s JOIN ${quoteName(from)} AS t ON ${same} WHERE ${where}`;
  },
  inspect,
};

function hasCollation({ kind }: ColumnType): boolean {
  return kind === 'chars' || kind === 'text' || kind === 'enum';
}

/** JSON is a LONGTEXT here, with a collation of its own. */
function shown(type: string, collation: string | null): string {
  return collation === null || type === 'longtext' ? type : `${type} ${collation}`;
}

async function inspect(session: SqlSession, table: string): Promise<FoundTable | undefined> {
  const columns = await session.query<{
    readonly name: string;
    readonly type: string;
    readonly nullable: string;
    readonly collation: string | null;
  }>(
    'SELECT column_name AS name, column_type AS type, is_nullable AS nullable, collation_name AS collation ' +
      'FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position',
    [table],
  );
  if (columns.length === 0) return undefined;
  const indexes = await session.query<{ readonly name: string; readonly part: string }>(
    'SELECT index_name AS name, column_name AS part FROM information_schema.statistics ' +
      'WHERE table_schema = DATABASE() AND table_name = ? AND non_unique = 0 ORDER BY index_name, seq_in_index',
    [table],
  );
  return {
    columns: columns.map(({ name, type, nullable, collation }) => ({
      name,
      type: shown(canonicalType(type), collation),
      nullable: nullable === 'YES',
    })),
    key: indexes.filter(({ name }) => name === 'PRIMARY').map(({ part }) => part),
    otherUnique: [...new Set(indexes.map(({ name }) => name))].filter((name) => name !== 'PRIMARY'),
  };
}
