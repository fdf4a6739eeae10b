/** Users, rights and topics that the stack itself needs on its broker before the worker starts. */
import { silentLog } from '../../../bus/base/log.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import type { KafkaAdmin } from '../../../bus/kafka/kafka.ts';
import { openAdmin } from '../../../bus/kafka/wire/admin.ts';
import type { Secrets } from '../home.ts';
import { CONNECT_ACLS, CONNECT_TOPICS, CONNECT_USER } from './connect-service.ts';

const LOGIN_TIMEOUT_MS = 60_000;

/** Logs in as the super user, sets the worker's password and rights, makes its topics. */
export async function grantConnect({
  port,
  secrets,
}: {
  readonly port: number;
  readonly secrets: Secrets;
}): Promise<void> {
  const admin = await openAdmin(adminLogin(port, secrets));
  try {
    await admin.setUsers([{ name: CONNECT_USER, password: secrets['kafka-connect'] }]);
    await admin.createAcls(CONNECT_ACLS);
    await createTopics(admin);
  } finally {
    await admin.close();
  }
}

/** True once the super user can log in: the broker serves, and with the password of this home. */
export async function kafkaServes(port: number, secrets: Secrets): Promise<boolean> {
  const admin = await openAdmin(adminLogin(port, secrets));
  await admin.close();
  return true;
}

/** A broker that has just started may still be without a controller for a moment. */
async function createTopics(admin: KafkaAdmin): Promise<void> {
  await waitFor(
    async () => {
      await admin.createTopics(CONNECT_TOPICS);
      return true;
    },
    { what: 'the topics of the worker', timeoutMs: LOGIN_TIMEOUT_MS },
  );
}

function adminLogin(port: number, secrets: Secrets) {
  return {
    brokers: [`127.0.0.1:${port}`],
    user: 'admin',
    password: secrets['kafka-admin'],
    clientId: 'stack',
    log: silentLog,
  };
}
