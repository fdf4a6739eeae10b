/**
 * Puts a department's database, tables and two users on a server: the application user, who may
 * change rows and nothing else, and the capture user with exactly CAPTURE_GRANTS. Safe to repeat;
 * passwords are set anew each time, rights are only ever added.
 */
import { readFile } from 'node:fs/promises';
import { must } from '../bus/base/assert.ts';
import { BusError } from '../bus/base/errors.ts';
import { ensureAccount } from '../bus/sql/mysql/account.ts';
import type { SqlDatabase } from '../bus/sql/sql.ts';
import { applicationUser, captureGrants, captureUser } from './capture-grants.ts';
import type { DepartmentPlan } from './department.ts';
import { installOnPostgres } from './install-postgres.ts';

export type InstallOptions = {
  readonly capturePassword: string;
  readonly appPassword: string;
  /** Instead of the department's own name, e.g. for a test; becomes part of the users' names. */
  readonly databaseName?: string;
  /** Of the source that captures it; the department's own name if absent. */
  readonly sourceName?: string;
  /** PostgreSQL only, and required there: the administrator's connection to another database. */
  readonly rootIn?: (databaseName: string) => Promise<SqlDatabase>;
};

export type InstalledDepartment = {
  readonly databaseName: string;
  readonly captureUser: string;
  readonly appUser: string;
};

const DATABASE_NAME = /^[a-z][a-z0-9_]{0,50}$/;
const SESSION_TABLE = 'workload_session';
const SESSION_SCHEMA = new URL('./workload-session.sql', import.meta.url);
const APP_RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

/** Throws PRODUCER_DATABASE_NAME, or SQL errors; a repeated call completes what one cut off left. */
export async function installDepartment(
  plan: DepartmentPlan,
  root: SqlDatabase,
  options: InstallOptions,
): Promise<InstalledDepartment> {
  const databaseName = options.databaseName ?? plan.databaseName;
  if (!DATABASE_NAME.test(databaseName)) {
    throw new BusError('PRODUCER_DATABASE_NAME', { name: databaseName });
  }
  const users = { captureUser: captureUser(databaseName), appUser: applicationUser(databaseName) };
  const installed = { databaseName, ...users };
  if (plan.engine === 'postgresql') {
    const rootIn = must(options.rootIn, 'a way into the databases of a PostgreSQL server');
    await installOnPostgres(plan, root, { ...options, installed, rootIn });
    return installed;
  }
  await installOnMariadb(plan, root, { ...options, installed });
  return installed;
}

async function installOnMariadb(
  plan: DepartmentPlan,
  root: SqlDatabase,
  options: InstallOptions & { readonly installed: InstalledDepartment },
): Promise<void> {
  const { databaseName, appUser, captureUser: capturer } = options.installed;
  await root.execute(
    `CREATE DATABASE IF NOT EXISTS \`${databaseName}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`,
  );
  for (const file of [SESSION_SCHEMA, plan.schemaFile]) {
    for (const statement of await statementsOf(file, databaseName)) await root.execute(statement);
  }
  // Rights on tables, never on `database`.*: an underscore in a database-level grant is a wildcard.
  const on = (table: string) => ({ database: databaseName, table });
  const rights = APP_RIGHTS.join(', ');
  await ensureAccount(root, {
    user: appUser,
    password: options.appPassword,
    grants: [...plan.tables, SESSION_TABLE].map((table) => ({ rights, on: on(table) })),
  });
  await ensureAccount(root, {
    user: capturer,
    password: options.capturePassword,
    grants: captureGrants(plan.tables.map(on)),
  });
}

/** The CREATE TABLE statements of a schema file, qualified with the database. */
async function statementsOf(file: URL, databaseName: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return text
    .replaceAll(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
    .map((statement) =>
      statement.replace(/^CREATE TABLE IF NOT EXISTS /, (head) => `${head}\`${databaseName}\`.`),
    );
}
