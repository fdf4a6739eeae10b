/** Puts the departments of the synthetic city on the servers they are kept on: users, tables, people. */
import { ensurePassword } from '../../bus/plan/secret-files.ts';
import { createCity } from '../../producers/city.ts';
import type { Department } from '../../producers/department.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import type { StackAccess } from '../stack/access.ts';
import { type CityFacts, departmentUsers, noteCity, serverOf } from '../stack/city.ts';

/** Installs and loads what is missing; a load that was cut off goes on. Answers the rows written. */
export async function ensureDepartments(access: StackAccess, city: CityFacts): Promise<number> {
  await noteCity(access.endpoints.home, city);
  const rows = await Promise.all(
    DEPARTMENTS.map((department) => ensureDepartment(department, access, city)),
  );
  return rows.reduce((sum, count) => sum + count, 0);
}

async function ensureDepartment(
  department: Department,
  access: StackAccess,
  { seed, persons }: CityFacts,
): Promise<number> {
  const users = departmentUsers(department, access.secretsFolder);
  const [capturePassword, appPassword] = await Promise.all([
    ensurePassword(users.capturePasswordFile),
    ensurePassword(users.appPasswordFile),
  ]);
  const server = serverOf(department);
  const { databaseName } = await department.install(await access.root(server), {
    capturePassword,
    appPassword,
    rootIn: (database) => access.registers(database),
  });
  const app = { ...access.address(server), user: users.appUser, password: appPassword };
  const database = access.open({ ...app, database: databaseName });
  const written = await department.load(database, createCity({ seed, size: persons }));
  return Object.values(written).reduce((sum, count) => sum + count, 0);
}
