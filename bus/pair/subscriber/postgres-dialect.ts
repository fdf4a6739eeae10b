/**
 * PostgreSQL's part of the subscriber kit, and how each delivered type is kept there without loss
 * (docs/deploy-a-consumer.md has the table). What PostgreSQL has no exact type for is kept as text.
 */
import type { ColumnType } from '../../change/column-type.ts';
import { quotePostgresName } from '../../sql/postgres/postgres-literal.ts';
import type { SqlSession } from '../../sql/sql.ts';
import type { Dialect, FoundTable } from './dialect.ts';

const quote = quotePostgresName;

export const postgresDialect: Dialect = {
  engine: 'postgresql',
  quote,
  columnType: (type) => `${postgresType(type)}${isText(type) ? ' COLLATE "C"' : ''}`,
  reported: (type) => `${postgresType(type)}${isText(type) ? ' C' : ''}`,
  own: { name: 'varchar(200) COLLATE "C"', text: 'text', bytes32: 'bytea', flag: 'smallint' },
  tableOptions: '',
  onConflict(key, columns, nulled = []) {
    const target = `ON CONFLICT (${key.map(quote).join(', ')})`;
    const sets = [
      ...columns.map((name) => `${quote(name)} = EXCLUDED.${quote(name)}`),
      ...nulled.map((name) => `${quote(name)} = NULL`),
    ];
    return sets.length > 0 ? `${target} DO UPDATE SET ${sets.join(', ')}` : `${target} DO NOTHING`;
  },
  deleteJoined({ from, by, key, where }) {
    const same = key.map((name) => `t.${quote(name)} = s.${quote(name)}`).join(' AND ');
    return `DELETE FROM ${quote(from)} AS t USING ${quote(by)} AS s WHERE ${same} AND ${where}`;
  },
  inspect,
};

/** In the words of `format_type`. */
function postgresType(type: ColumnType): string {
  switch (type.kind) {
    case 'chars':
      // PostgreSQL's own char(n) would fill up with blanks.
      return `character varying(${type.charsMax})`;
    case 'text':
    case 'enum':
      return 'text';
    case 'integer':
      return integerType(type);
    case 'decimal':
      return `numeric(${type.precision},${type.scale})`;
    case 'float':
      return type.name === 'float' ? 'real' : 'double precision';
    case 'date':
      return 'date';
    case 'moment':
      return momentType(type);
    case 'year':
      return 'smallint';
    case 'boolean':
      return 'boolean';
    case 'binary':
    case 'blob':
      return 'bytea';
    case 'json':
      // jsonb would reorder and round.
      return 'json';
  }
}

function integerType({ name, unsigned }: ColumnType & { readonly kind: 'integer' }): string {
  switch (name) {
    case 'tinyint':
      return 'smallint';
    case 'smallint':
      return unsigned ? 'integer' : 'smallint';
    case 'mediumint':
      return 'integer';
    case 'int':
      return unsigned ? 'bigint' : 'integer';
    case 'bigint':
      return unsigned ? 'numeric(20,0)' : 'bigint';
  }
}

function momentType({ name, digits }: ColumnType & { readonly kind: 'moment' }): string {
  if (name === 'datetime') return `timestamp(${digits}) without time zone`;
  if (name === 'timestamp') return `timestamp(${digits}) with time zone`;
  // A duration of up to 838 hours, also below zero.
  return 'character varying(17)';
}

function isText(type: ColumnType): boolean {
  const { kind } = type;
  return (
    kind === 'chars' ||
    kind === 'text' ||
    kind === 'enum' ||
    (kind === 'moment' && type.name === 'time')
  );
}

async function inspect(session: SqlSession, table: string): Promise<FoundTable | undefined> {
  const columns = await session.query<{
    readonly name: string;
    readonly type: string;
    readonly required: boolean;
    readonly collation: string | null;
  }>(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
            c.collname AS collation
     FROM pg_attribute a LEFT JOIN pg_collation c ON c.oid = a.attcollation
     WHERE a.attrelid = to_regclass(quote_ident(?)) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [table],
  );
  if (columns.length === 0) return undefined;
  const indexes = await session.query<{
    readonly name: string;
    readonly part: string;
    readonly primary: boolean;
  }>(
    `SELECT i.indexrelid::regclass::text AS name, a.attname AS part, i.indisprimary AS "primary"
     FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, at)
     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
     WHERE i.indrelid = to_regclass(quote_ident(?)) AND i.indisunique ORDER BY i.indexrelid, k.at`,
    [table],
  );
  return {
    columns: columns.map(({ name, type, required, collation }) => ({
      name,
      type: collation === null ? type : `${type} ${collation}`,
      nullable: !required,
    })),
    key: indexes.filter(({ primary }) => primary).map(({ part }) => part),
    otherUnique: [...new Set(indexes.filter((i) => !i.primary).map(({ name }) => name))],
  };
}
