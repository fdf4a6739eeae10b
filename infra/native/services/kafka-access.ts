/** Users, rights and topics that the stack itself needs on its broker. */
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  alterUserScramCredentialsV0,
  Connection,
  ResourcePatternTypes,
  ResourceTypes,
  ScramMechanisms,
} from '@platformatic/kafka';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { CONNECT_ACLS, CONNECT_TOPICS, CONNECT_USER } from './connect-service.ts';
import { waitFor } from '../../../bus/base/retry.ts';

const RT = {
  topic: ResourceTypes.TOPIC,
  group: ResourceTypes.GROUP,
  'transactional-id': ResourceTypes.TRANSACTIONAL_ID,
} as const;
const OP = {
  read: AclOperations.READ,
  write: AclOperations.WRITE,
  create: AclOperations.CREATE,
  describe: AclOperations.DESCRIBE,
} as const;

export async function grantConnect(o: {
  port: number;
  adminPassword: string;
  connectPassword: string;
}): Promise<void> {
  const sasl = {
    mechanism: 'SCRAM-SHA-512',
    username: 'admin',
    password: o.adminPassword,
  } as const;
  await waitFor(
    async () => {
      const c = new Connection('stack', { sasl });
      try {
        await c.connect('127.0.0.1', o.port);
        const salt = randomBytes(32);
        const iterations = 8192;
        await alterUserScramCredentialsV0.api.async(
          c,
          [],
          [
            {
              name: CONNECT_USER,
              mechanism: ScramMechanisms.SCRAM_SHA_512,
              iterations,
              salt,
              saltedPassword: pbkdf2Sync(o.connectPassword, salt, iterations, 64, 'sha512'),
            },
          ],
        );
        return true;
      } finally {
        await c.close();
      }
    },
    { what: 'admin login', timeoutMs: 30_000, intervalMs: 200 },
  );
  const admin = new Admin({ clientId: 'stack', bootstrapBrokers: [`127.0.0.1:${o.port}`], sasl });
  try {
    await admin.createAcls({
      creations: CONNECT_ACLS.map((r) => ({
        resourceType: RT[r.resource],
        resourceName: r.name,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: r.principal,
        host: '*',
        operation: OP[r.operation],
        permissionType: AclPermissionTypes.ALLOW,
      })),
    });
    const have = await admin.listTopics();
    for (const t of CONNECT_TOPICS) {
      if (have.includes(t.name)) continue;
      await admin.createTopics({
        topics: [t.name],
        partitions: t.partitions,
        replicas: 1,
        configs: [{ name: 'cleanup.policy', value: 'compact' }],
      });
    }
  } finally {
    await admin.close();
  }
}
