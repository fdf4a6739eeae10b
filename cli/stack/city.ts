/**
 * The synthetic city of a stack: which one it is, noted beside its data so that every later start
 * and command works on the same one, and the departments' users with their password files.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { BusError } from '../../bus/base/errors.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { readJson, writeJson } from '../../infra/native/files.ts';
import { applicationUser, captureUser } from '../../producers/capture-grants.ts';
import type { Department } from '../../producers/department.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import type { ServerName, StackAccess } from './access.ts';

const citySchema = z.object({ seed: z.number().int(), persons: z.number().int().min(1) });
export type CityFacts = z.infer<typeof citySchema>;

const cityFile = (home: string) => join(home, 'data', 'city.json');

export async function readCity(home: string): Promise<CityFacts | undefined> {
  return citySchema.safeParse(await readJson(cityFile(home))).data;
}

/** Throws CLI_CITY_ABSENT. */
export async function requireCity(home: string): Promise<CityFacts> {
  const found = await readCity(home);
  if (!found) throw new BusError('CLI_CITY_ABSENT', { home });
  return found;
}

export async function noteCity(home: string, facts: CityFacts): Promise<void> {
  await writeJson(cityFile(home), facts);
}

export type DepartmentUsers = {
  readonly capturePasswordFile: string;
  readonly appUser: string;
  readonly appPasswordFile: string;
};

/** The stack's server that a department's database is on. */
export function serverOf({ engine }: Department): ServerName {
  return engine === 'postgresql' ? 'registers' : 'providers';
}

/** The capture password stands where the source's declaration looks for it. */
export function departmentUsers(
  { databaseName }: Department,
  secretsFolder: string,
): DepartmentUsers {
  const file = (user: string) => join(secretsFolder, `${user}.password`);
  const appUser = applicationUser(databaseName);
  return {
    capturePasswordFile: file(captureUser(databaseName)),
    appUser,
    appPasswordFile: file(appUser),
  };
}

/** Each department's database as its own application, by department name. */
export async function openDepartments(access: StackAccess): Promise<Record<string, SqlDatabase>> {
  const opened = await Promise.all(
    DEPARTMENTS.map(async (department) => {
      const { appUser: user, appPasswordFile } = departmentUsers(department, access.secretsFolder);
      const password = await readSecretFile(appPasswordFile);
      const target = { ...access.address(serverOf(department)), user, password };
      return [
        department.name,
        access.open({ ...target, database: department.databaseName }),
      ] as const;
    }),
  );
  return Object.fromEntries(opened);
}
