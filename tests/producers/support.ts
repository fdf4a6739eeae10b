/** Departments installed under names of one test's own, and taken away again at its end. */
import { newSecret } from '../../bus/base/secrets.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { City } from '../../producers/city.ts';
import type { Department } from '../../producers/department.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import type { InstalledDepartment, InstallOptions } from '../../producers/install.ts';
import type { DatabaseRole, TestStack } from '../support/env.ts';
import { dropUser } from '../support/drop-user.ts';

export type InstalledHere = InstalledDepartment & {
  readonly department: Department;
  readonly appPassword: string;
  readonly capturePassword: string;
  /** As the department's application user. */
  readonly db: SqlDatabase;
};

export type CityHere = {
  readonly departments: readonly InstalledHere[];
  /** By department name, as runCity wants them. */
  readonly databases: Readonly<Record<string, SqlDatabase>>;
  readonly police: SqlDatabase;
  readonly civilAffairs: SqlDatabase;
};

export type CityOptions = {
  readonly city: City;
  readonly suffix?: string;
  /** Default: all of them. */
  readonly only?: readonly Department[];
};

/** Installs departments as `<prefix><suffix>_<department>` and loads `city`. */
export async function cityHere(
  stack: TestStack,
  { city, suffix = '', only = DEPARTMENTS }: CityOptions,
): Promise<CityHere> {
  const departments: InstalledHere[] = [];
  for (const department of only) {
    const secrets = { appPassword: newSecret(), capturePassword: newSecret() };
    const databaseName = `${stack.prefix}${suffix}_${department.databaseName}`;
    const { root, made } = await installHere(stack, department, { ...secrets, databaseName });
    stack.atEnd(() => uninstall(root, made, department));
    const as = { user: made.appUser, password: secrets.appPassword };
    const db = await stack.openSql(roleOf(department), { database: databaseName, as });
    await department.load(db, city);
    departments.push({ ...made, ...secrets, department, db });
  }
  const databases = Object.fromEntries(departments.map((d) => [d.department.name, d.db]));
  return {
    departments,
    databases,
    police: databases['police']!,
    civilAffairs: databases['civil-affairs']!,
  };
}

function roleOf({ engine }: Department): DatabaseRole {
  return engine === 'postgresql' ? 'registers' : 'providers';
}

/** Installs one department on the server of its engine. */
export async function installHere(
  stack: TestStack,
  department: Department,
  options: InstallOptions,
): Promise<{ readonly root: SqlDatabase; readonly made: InstalledDepartment }> {
  const root = await stack.openSql(roleOf(department));
  return {
    root,
    made: await department.install(root, {
      ...options,
      rootIn: (database) => stack.registersIn(database),
    }),
  };
}

async function uninstall(
  root: SqlDatabase,
  made: InstalledDepartment,
  { engine }: Department,
): Promise<void> {
  if (engine === 'postgresql') {
    await root.execute(`DROP DATABASE IF EXISTS ${made.databaseName} WITH (FORCE)`);
    await root.execute(`DROP ROLE IF EXISTS ${made.appUser}, ${made.captureUser}`);
    return;
  }
  await root.execute(`DROP DATABASE IF EXISTS \`${made.databaseName}\``);
  for (const user of [made.appUser, made.captureUser]) await dropUser(root, user);
}
