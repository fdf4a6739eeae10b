/** Some departments installed under names of one test's own, loaded, and taken away at its end. */
import { newSecret } from '../../../bus/base/secrets.ts';
import type { SqlDatabase } from '../../../bus/sql/sql.ts';
import { CAPTURE_HOSTS } from '../../../producers/capture-grants.ts';
import type { City } from '../../../producers/city.ts';
import type { Department } from '../../../producers/department.ts';
import type { TestStack } from '../../support/env.ts';

/** The application's connection to each, by the department's name. */
export async function departmentsHere(
  stack: TestStack,
  here: {
    readonly departments: readonly Department[];
    readonly city: City;
    readonly suffix?: string;
  },
): Promise<Readonly<Record<string, SqlDatabase>>> {
  const root = await stack.openSql('providers');
  const databases: Record<string, SqlDatabase> = {};
  for (const department of here.departments) {
    const secrets = { appPassword: newSecret(), capturePassword: newSecret() };
    const databaseName = `${stack.prefix}${here.suffix ?? ''}_${department.databaseName}`;
    const made = await department.install(root, { ...secrets, databaseName });
    stack.atEnd(async () => {
      await root.execute(`DROP DATABASE IF EXISTS \`${databaseName}\``);
      for (const user of [made.appUser, made.captureUser]) {
        for (const host of CAPTURE_HOSTS)
          await root.execute(`DROP USER IF EXISTS '${user}'@'${host}'`);
      }
    });
    const as = { user: made.appUser, password: secrets.appPassword };
    const db = await stack.openSql('providers', { database: databaseName, as });
    await department.load(db, here.city);
    databases[department.name] = db;
  }
  return databases;
}
