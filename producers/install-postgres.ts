/**
 * A department on PostgreSQL: database, tables, publication and two roles, the application's, which
 * may change rows and nothing else, and the capture's, with the least that capture needs. Nobody
 * else may enter the database. Safe to repeat; passwords are set anew each time, rights only added.
 */
import { readFile } from 'node:fs/promises';
import { postgresNames } from '../connectors/postgresql/names.ts';
import { postgresText, quotePostgresName } from '../bus/sql/postgres/postgres-literal.ts';
import type { SqlDatabase } from '../bus/sql/sql.ts';
import type { DepartmentPlan } from './department.ts';
import type { InstalledDepartment, InstallOptions } from './install.ts';

const SESSION_SCHEMA = new URL('./workload-session.postgresql.sql', import.meta.url);
const SESSION_TABLE = 'workload_session';
const SCHEMA = 'public';

export type PostgresInstall = InstallOptions & {
  readonly installed: InstalledDepartment;
  /** The administrator in another database of the server: a connection is to one database. */
  readonly rootIn: (databaseName: string) => Promise<SqlDatabase>;
};

/** Throws SQL errors; a repeated call completes what one cut off left. */
export async function installOnPostgres(
  plan: DepartmentPlan,
  root: SqlDatabase,
  options: PostgresInstall,
): Promise<void> {
  const { databaseName, captureUser, appUser } = options.installed;
  const database = quotePostgresName(databaseName);
  const [app, capture] = [quotePostgresName(appUser), quotePostgresName(captureUser)];
  await putRole(root, appUser, `LOGIN PASSWORD ${postgresText(options.appPassword)}`);
  const captureLogin = `LOGIN REPLICATION PASSWORD ${postgresText(options.capturePassword)}`;
  await putRole(root, captureUser, captureLogin);
  const [there] = await root.query('SELECT 1 FROM pg_database WHERE datname = ?', [databaseName]);
  if (!there) await root.execute(`CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8'`);
  await root.execute(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  await root.execute(`GRANT CONNECT ON DATABASE ${database} TO ${app}, ${capture}`);
  const inside = await options.rootIn(databaseName);
  for (const file of [SESSION_SCHEMA, plan.schemaFile]) {
    await inside.execute(await readFile(file, 'utf8'));
  }
  const rights = 'SELECT, INSERT, UPDATE, DELETE';
  const all = [...plan.tables, SESSION_TABLE].map(inSchema).join(', ');
  await inside.execute(`GRANT USAGE ON SCHEMA ${SCHEMA} TO ${app}, ${capture}`);
  await inside.execute(`GRANT ${rights} ON ${all} TO ${app}`);
  await inside.execute(`GRANT SELECT ON ${plan.tables.map(inSchema).join(', ')} TO ${capture}`);
  await publish(inside, plan, postgresNames(options.sourceName ?? plan.name).publication);
}

async function putRole(root: SqlDatabase, name: string, login: string): Promise<void> {
  const [there] = await root.query('SELECT 1 FROM pg_roles WHERE rolname = ?', [name]);
  await root.execute(`${there ? 'ALTER' : 'CREATE'} ROLE ${quotePostgresName(name)} ${login}`);
}

async function publish(
  inside: SqlDatabase,
  { tables }: DepartmentPlan,
  name: string,
): Promise<void> {
  const list = tables.map(inSchema).join(', ');
  const publication = `PUBLICATION ${quotePostgresName(name)}`;
  const [there] = await inside.query('SELECT 1 FROM pg_publication WHERE pubname = ?', [name]);
  await inside.execute(
    there
      ? `ALTER ${publication} SET TABLE ${list}`
      : `CREATE ${publication} FOR TABLE ${list} WITH (publish = 'insert, update, delete, truncate')`,
  );
}

function inSchema(table: string): string {
  return `${SCHEMA}.${quotePostgresName(table)}`;
}
