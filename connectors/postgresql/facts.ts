/**
 * What a PostgreSQL server says of itself to the capture user, read with nothing but the catalogs
 * that everybody may read. Judged in preflight.ts.
 */
import type { SqlSession } from '../../bus/sql/sql.ts';
import type { Source } from '../source.ts';
import { tableSpaceOf } from '../source.ts';
import { postgresNames } from './names.ts';

export type ColumnFacts = {
  readonly name: string;
  /** As format_type spells it. */
  readonly type: string;
  readonly generated: boolean;
};

export type TableFacts = {
  readonly name: string;
  /** r: an ordinary table, p: a partitioned one. */
  readonly kind: string;
  /** p: every change is in the log. */
  readonly persistence: string;
  readonly rowSecurity: boolean;
  /** f: the log holds whole rows. */
  readonly replicaIdentity: string;
  readonly mayRead: boolean;
  /** Columns of the primary key in order; empty without one. */
  readonly key: readonly string[];
  readonly columns: readonly ColumnFacts[];
};

export type PublicationFacts = {
  readonly allTables: boolean;
  readonly operations: Readonly<Record<'insert' | 'update' | 'delete' | 'truncate', boolean>>;
  /** "schema.table" and the condition on its rows, if any. */
  readonly tables: readonly { readonly name: string; readonly rowFilter: string | null }[];
};

export type SlotFacts = {
  readonly plugin: string;
  readonly database: string | null;
  readonly walStatus: string | null;
};

export type RoleFacts = {
  readonly attributes: readonly string[];
  readonly memberOf: readonly string[];
  readonly mayConnect: boolean;
  readonly mayUseSchema: boolean;
  /** Rights given to this role itself: "SELECT on public.person". */
  readonly granted: readonly { readonly privilege: string; readonly on: string }[];
};

export type ServerFacts = {
  readonly settings: Readonly<Record<string, string>>;
  readonly tables: ReadonlyMap<string, TableFacts>;
  readonly publication: PublicationFacts | undefined;
  readonly slot: SlotFacts | undefined;
  readonly slotsUsed: number;
  readonly role: RoleFacts;
};

const SETTINGS = [
  'server_version_num',
  'server_encoding',
  'wal_level',
  'max_replication_slots',
  'max_wal_senders',
  'max_slot_wal_keep_size',
  'fsync',
  'synchronous_commit',
];

export async function readServer(db: SqlSession, source: Source): Promise<ServerFacts> {
  const schema = tableSpaceOf(source);
  const { slot, publication } = postgresNames(source.name);
  const slots = await db.query<SlotFacts & { readonly name: string }>(
    `SELECT slot_name AS name, plugin, database, wal_status AS "walStatus" FROM pg_replication_slots`,
  );
  const settings = await db.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name IN (?)',
    [SETTINGS],
  );
  return {
    settings: Object.fromEntries(settings.map(({ name, setting }) => [name, setting])),
    tables: await readTables(db, {
      schema,
      names: source.tables.map(({ name }) => name),
    }),
    publication: await readPublication(db, publication),
    slot: slots.find(({ name }) => name === slot),
    slotsUsed: slots.length,
    role: await readRole(db, schema),
  };
}

async function readTables(
  db: SqlSession,
  { schema, names }: { readonly schema: string; readonly names: readonly string[] },
): Promise<ReadonlyMap<string, TableFacts>> {
  const tables = await db.query<Omit<TableFacts, 'key' | 'columns'> & { readonly oid: number }>(
    `SELECT c.oid, c.relname AS name, c.relkind AS kind, c.relpersistence AS persistence,
            c.relrowsecurity AS "rowSecurity", c.relreplident AS "replicaIdentity",
            has_table_privilege(c.oid, 'SELECT') AS "mayRead"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname IN (?) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    [schema, names],
  );
  const found = await Promise.all(
    tables.map(async ({ oid, ...table }): Promise<TableFacts> => {
      const columns = await db.query<ColumnFacts>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type,
                attgenerated <> '' AS generated
           FROM pg_attribute WHERE attrelid = ? AND attnum > 0 AND NOT attisdropped
          ORDER BY attnum`,
        [oid],
      );
      const key = await db.query<{ name: string }>(
        `SELECT a.attname AS name
           FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
           JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
          WHERE i.indrelid = ? AND i.indisprimary ORDER BY k.place`,
        [oid],
      );
      return { ...table, columns, key: key.map(({ name }) => name) };
    }),
  );
  return new Map(found.map((table) => [table.name, table]));
}

async function readPublication(
  db: SqlSession,
  name: string,
): Promise<PublicationFacts | undefined> {
  const [found] = await db.query<PublicationFacts['operations'] & { readonly allTables: boolean }>(
    `SELECT puballtables AS "allTables", pubinsert AS insert, pubupdate AS update,
            pubdelete AS delete, pubtruncate AS truncate
       FROM pg_publication WHERE pubname = ?`,
    [name],
  );
  if (!found) return undefined;
  const tables = await db.query<PublicationFacts['tables'][number]>(
    `SELECT schemaname || '.' || tablename AS name, rowfilter AS "rowFilter"
       FROM pg_publication_tables WHERE pubname = ? ORDER BY 1`,
    [name],
  );
  const { allTables, ...operations } = found;
  return { allTables, operations, tables };
}

async function readRole(db: SqlSession, schema: string): Promise<RoleFacts> {
  const [role] = await db.query<Record<string, boolean>>(
    `SELECT rolsuper AS "SUPERUSER", rolcreatedb AS "CREATEDB", rolcreaterole AS "CREATEROLE",
            rolbypassrls AS "BYPASSRLS", rolreplication AS "REPLICATION"
       FROM pg_roles WHERE rolname = current_user`,
  );
  const memberOf = await db.query<{ name: string }>(
    `SELECT r.rolname AS name FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
      WHERE m.member = (SELECT oid FROM pg_roles WHERE rolname = current_user) ORDER BY 1`,
  );
  const [access] = await db.query<{ connect: boolean; usage: boolean | null }>(
    `SELECT has_database_privilege(current_database(), 'CONNECT') AS connect,
            (SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = ?) AS usage`,
    [schema],
  );
  const granted = await db.query<RoleFacts['granted'][number]>(GRANTED);
  return {
    attributes: Object.entries(role ?? {}).flatMap(([name, held]) => (held ? [name] : [])),
    memberOf: memberOf.map(({ name }) => name),
    mayConnect: access?.connect === true,
    mayUseSchema: access?.usage === true,
    granted,
  };
}

/** What this role was given by name, or owns. What everybody may do is not its right. */
const GRANTED = `
WITH me AS (SELECT oid FROM pg_roles WHERE rolname = current_user),
given AS (
  SELECT a.grantee, a.privilege_type AS privilege, n.nspname || '.' || c.relname AS name, a.is_grantable
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
  UNION ALL
  SELECT a.grantee, a.privilege_type, n.nspname || '.' || c.relname || ' (' || t.attname || ')', a.is_grantable
    FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(t.attacl) a
  UNION ALL
  SELECT a.grantee, a.privilege_type, 'schema ' || n.nspname, a.is_grantable
    FROM pg_namespace n, aclexplode(n.nspacl) a
  UNION ALL
  SELECT a.grantee, a.privilege_type, 'database ' || d.datname, a.is_grantable
    FROM pg_database d, aclexplode(d.datacl) a
  UNION ALL
  SELECT c.relowner, 'OWNER', n.nspname || '.' || c.relname, false
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION ALL
  SELECT nspowner, 'OWNER', 'schema ' || nspname, false FROM pg_namespace
  UNION ALL
  SELECT datdba, 'OWNER', 'database ' || datname, false FROM pg_database
)
SELECT privilege || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS privilege,
       name AS "on"
  FROM given WHERE grantee = (SELECT oid FROM me) ORDER BY 2, 1`;
