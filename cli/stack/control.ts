/**
 * The control database of a stack: made at its first use, opened as the user that may add events
 * and not as the administrator. Organizations' keys stand in the stack's secrets; a signature by a
 * key that is in neither of the two places where public keys are declared counts for nothing.
 */
import { join } from 'node:path';
import { addWorkingDays } from '../../bus/agreement/calendar/calendar.ts';
import { BUS_ORG } from '../../bus/agreement/lifecycle/verbs.ts';
import { ensureOrgKeys, orgKeyFile, readPublicKeys } from '../../bus/agreement/signature/keys.ts';
import { must } from '../../bus/base/assert.ts';
import { isBusError } from '../../bus/base/errors.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import type { Control } from '../../bus/control/control.ts';
import { controlUsers, installControl } from '../../bus/control/install.ts';
import { CONTROL_DATABASE } from '../../bus/control/migrations.ts';
import { readControlVersion } from '../../bus/control/pairs.ts';
import { readResyncs } from '../../bus/control/resyncs.ts';
import { GATEWAY } from '../../bus/pair/access.ts';
import { ensurePassword, isFile } from '../../bus/plan/secret-files.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { knownVersions } from '../agreements/known-versions.ts';
import { lintIn, type AgreementWorld } from '../agreements/world.ts';
import type { StackAccess } from './access.ts';

/** Where the private keys of a stack's organizations are, readable by its owner only. */
export function orgKeysFolder({ secretsFolder }: Pick<StackAccess, 'secretsFolder'>): string {
  return join(secretsFolder, 'org-keys');
}

/** The key file of `org`; `CIVICBUS` is the bus itself. */
export function orgKeyPath(access: Pick<StackAccess, 'secretsFolder'>, org: string): string {
  return orgKeyFile(orgKeysFolder(access), org);
}

/** Where the keys of tokens are, which only the gateway reads. */
export function maskKeysFolder({ secretsFolder }: Pick<StackAccess, 'secretsFolder'>): string {
  return join(secretsFolder, 'mask-keys');
}

/** Where what was delivered is archived, readable by its owner only. */
export function archiveFolder({ endpoints }: Pick<StackAccess, 'endpoints'>): string {
  return join(endpoints.home, 'audit');
}

export function controlPasswordFile(
  { secretsFolder }: Pick<StackAccess, 'secretsFolder'>,
  user: string,
): string {
  return join(secretsFolder, 'hub-users', `${user}.password`);
}

/** Whether this stack has agreements at all; asks no server. */
export async function hasControl(access: StackAccess): Promise<boolean> {
  const { writer } = controlUsers(databaseOf(access));
  return isFile(controlPasswordFile(access, writer));
}

/** Makes database, users and keys that are not there yet; twice changes nothing. */
export async function ensureControl(access: StackAccess, world: AgreementWorld): Promise<void> {
  const made = world.organizations.filter(({ keys }) => keys.length === 0);
  await ensureOrgKeys(orgKeysFolder(access), [...made.map(({ orgId }) => orgId), BUS_ORG]);
  const login = async (user: string) => ({
    user,
    password: await ensurePassword(controlPasswordFile(access, user)),
  });
  const { writer, reader } = controlUsers(databaseOf(access));
  await installControl({
    administrator: await access.rootTarget('hub'),
    writer: await login(writer),
    reader: await login(reader),
    database: databaseOf(access),
  });
}

/** As one who may add events; made before where it is not there. */
export async function openControl(access: StackAccess, world: AgreementWorld): Promise<Control> {
  const db = await openControlAs(access, 'writer').catch(async (error: unknown) => {
    if (!isBusError(error, 'BUS_FILE_UNREADABLE', 'SQL_ACCESS_DENIED', 'SQL_FAILED')) throw error;
    await ensureControl(access, world);
    return openControlAs(access, 'writer');
  });
  const { organizations, calendars, catalogue } = world;
  const authority = organizations.find(({ isAuthority }) => isAuthority);
  const calendar = must(calendars[0], 'a calendar is declared in agreements/calendars/');
  const declared = organizations.flatMap(({ keys }) => keys);
  return {
    db,
    authority: must(authority, 'an authority is declared in organizations.yaml').orgId,
    publicKeys: [...declared, ...(await readPublicKeys(orgKeysFolder(access)))],
    addWorkingDays: (atMs, days) => addWorkingDays({ atMs, days, calendar }),
    checks: {
      lint: async (content) =>
        lintIn(world, content, { versions: await knownVersions(db, content.id) })
          .filter(({ severity }) => severity === 'error')
          .map(({ rule, message }) => `${rule} ${message}`),
      sharingOf: (resourceId) =>
        catalogue.resources.find(({ id }) => id === resourceId)?.sharingType,
      isAuditWritable: () => isAuditThere(access),
    },
  };
}

/** As the gateway's user, who may read what is in force and deployed, and nothing else. */
export function openControlReader(access: StackAccess): Promise<SqlDatabase> {
  return openControlAs(access, 'reader');
}

function databaseOf({ endpoints }: Pick<StackAccess, 'endpoints'>): string {
  return endpoints.controlDatabase ?? CONTROL_DATABASE;
}

async function openControlAs(
  access: StackAccess,
  role: keyof ReturnType<typeof controlUsers>,
): Promise<SqlDatabase> {
  const database = databaseOf(access);
  const user = controlUsers(database)[role];
  const db = access.open({
    ...access.address('hub'),
    user,
    password: await readSecretFile(controlPasswordFile(access, user)),
    database,
  });
  await readControlVersion(db);
  // The newest of its tables: a control database of an older civicbus is brought up to date first.
  if (role === 'writer') await readResyncs(db, '');
  return db;
}

/** Records and audit record are one transaction, so a topic that can be written is all there is to ask for. */
async function isAuditThere(access: StackAccess): Promise<boolean> {
  try {
    const admin = await access.admin();
    return (await admin.describeTopics([GATEWAY.auditTopic])).length > 0;
  } catch (error) {
    if (isBusError(error)) return false;
    throw error;
  }
}
