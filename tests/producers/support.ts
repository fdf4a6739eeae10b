/** Departments installed under names of one test's own, and taken away again at its end. */
import { newSecret } from '../../bus/base/secrets.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { City } from '../../producers/city.ts';
import { CAPTURE_HOSTS } from '../../producers/capture-grants.ts';
import type { Department } from '../../producers/department.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import type { InstalledDepartment } from '../../producers/install.ts';
import type { TestStack } from '../support/env.ts';

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
  const root = await stack.openSql('providers');
  const departments: InstalledHere[] = [];
  for (const department of only) {
    const secrets = { appPassword: newSecret(), capturePassword: newSecret() };
    const databaseName = `${stack.prefix}${suffix}_${department.databaseName}`;
    const made = await department.install(root, { ...secrets, databaseName });
    stack.atEnd(() => uninstall(root, made));
    const as = { user: made.appUser, password: secrets.appPassword };
    const db = await stack.openSql('providers', { database: databaseName, as });
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

async function uninstall(root: SqlDatabase, made: InstalledDepartment): Promise<void> {
  await root.execute(`DROP DATABASE IF EXISTS \`${made.databaseName}\``);
  for (const host of CAPTURE_HOSTS) {
    for (const user of [made.appUser, made.captureUser]) {
      await root.execute(`DROP USER IF EXISTS '${user}'@'${host}'`);
    }
  }
}
