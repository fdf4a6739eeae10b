/** Allow rules. Only what the port can say is read and written; other rules are left alone. */
import {
  type Acl,
  AclOperations,
  AclPermissionTypes,
  createAclsV3,
  deleteAclsV3,
  describeAclsV3,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { waitFor } from '../../base/retry.ts';
import type { AclRule } from '../kafka.ts';
import { CLIENT_LIMITS } from '../settings.ts';
import type { Wire } from './wire.ts';

const ANY_HOST = '*';

const RESOURCES = {
  topic: ResourceTypes.TOPIC,
  group: ResourceTypes.GROUP,
  'transactional-id': ResourceTypes.TRANSACTIONAL_ID,
} as const;

const MATCHES = {
  literal: ResourcePatternTypes.LITERAL,
  prefixed: ResourcePatternTypes.PREFIXED,
} as const;

const OPERATIONS = {
  read: AclOperations.READ,
  write: AclOperations.WRITE,
  create: AclOperations.CREATE,
  describe: AclOperations.DESCRIBE,
  delete: AclOperations.DELETE,
  alter: AclOperations.ALTER,
  'describe-configs': AclOperations.DESCRIBE_CONFIGS,
  'alter-configs': AclOperations.ALTER_CONFIGS,
  all: AclOperations.ALL,
} as const;

export async function listAcls(wire: Wire, principal?: string): Promise<AclRule[]> {
  const { resources } = await wire.any((one) =>
    describeAclsV3.api.async(one, {
      resourceType: ResourceTypes.ANY,
      resourceName: null,
      resourcePatternType: ResourcePatternTypes.ANY,
      principal: principal ?? null,
      host: null,
      operation: AclOperations.ANY,
      permissionType: AclPermissionTypes.ALLOW,
    }),
  );
  return resources.flatMap(({ resourceType, resourceName, resourcePatternType, acls }) => {
    const resource = nameOf(RESOURCES, resourceType);
    const match = nameOf(MATCHES, resourcePatternType);
    if (resource === undefined || match === undefined || resourceName === null) return [];
    return acls.flatMap((acl) => {
      const operation = nameOf(OPERATIONS, acl.operation);
      if (operation === undefined || acl.host !== ANY_HOST) return [];
      return [{ principal: acl.principal, resource, name: resourceName, match, operation }];
    });
  });
}

/** Creating a rule that exists changes nothing. */
export async function createAcls(wire: Wire, rules: readonly AclRule[]): Promise<void> {
  if (rules.length === 0) return;
  await wire.any((one) => createAclsV3.api.async(one, rules.map(toAcl)));
  await settled(wire, (there) => rules.every((rule) => there.has(ruleKey(rule))));
}

/** The controller answers before the broker judges by the new rules. */
async function settled(wire: Wire, done: (there: ReadonlySet<string>) => boolean): Promise<void> {
  await waitFor(async () => done(new Set((await listAcls(wire)).map(ruleKey))), {
    what: 'the broker to know the changed rights',
    timeoutMs: CLIENT_LIMITS.requestTimeoutMs,
    intervalMs: CLIENT_LIMITS.retryMsFirst,
  });
}

function ruleKey({ principal, resource, name, match, operation }: AclRule): string {
  return [principal, resource, name, match, operation].join('\n');
}

/** Deleting a rule that is absent changes nothing. */
export async function deleteAcls(wire: Wire, rules: readonly AclRule[]): Promise<void> {
  if (rules.length === 0) return;
  await wire.any((one) => deleteAclsV3.api.async(one, rules.map(toAcl)));
  await settled(wire, (there) => !rules.some((rule) => there.has(ruleKey(rule))));
}

function toAcl({ principal, resource, name, match, operation }: AclRule): Acl {
  return {
    resourceType: RESOURCES[resource],
    resourceName: name,
    resourcePatternType: MATCHES[match],
    principal,
    host: ANY_HOST,
    operation: OPERATIONS[operation],
    permissionType: AclPermissionTypes.ALLOW,
  };
}

function nameOf<Name extends string>(table: Readonly<Record<Name, number>>, value: number) {
  return (Object.keys(table) as Name[]).find((name) => table[name] === value);
}
