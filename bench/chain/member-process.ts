/**
 * `node member-process.ts gateway|subscriber '{…settings}'`: the gateway or the subscriber of the
 * chain as each is run in service, until the parent disconnects. Ends with 1 when it stops by itself.
 */
import { newSigningKey } from '../../bus/agreement/signature/keys.ts';
import { createLog } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import { hubCuts } from '../../bus/pair/gateway/daily/cuts.ts';
import { runGateway } from '../../bus/pair/gateway/gateway.ts';
import { hubMoments } from '../../bus/pair/gateway/hub-moment.ts';
import { runSubscriber } from '../../bus/pair/subscriber/run.ts';
import { createConfluentRegistry } from '../../bus/registry/confluent/confluent-registry.ts';
import { openDatabase } from '../../bus/sql/mysql/mysql-database.ts';
import type { MemberSettings } from './member-settings.ts';

const [, , program, given = '{}'] = process.argv;
const settings = JSON.parse(given) as MemberSettings;
const log = createLog({ level: 'warn' });
const gone = new Promise<void>((resolve) => process.once('disconnect', resolve));
const running = await (program === 'gateway' ? startGateway() : startSubscriber());
const end = await Promise.race([gone, running.ended]);
await running.close();
process.exit(end === undefined ? 0 : 1);

async function startGateway() {
  const { leased } = settings;
  const hub = openDatabase(await targetOn('hub'));
  return runGateway({
    ...(await clients()),
    leaseSource: {
      version: () => Promise.resolve(1n),
      read: () => Promise.resolve({ version: 1n, pairs: [leased] }),
    },
    hub: hubMoments(hub),
    cuts: hubCuts(hub),
    isWorkingDay: () => true,
    tools: {
      predicate: () => () => true,
      mask: () => (value) => value,
    },
    log,
  });
}

async function startSubscriber() {
  const { agreement, delivery } = settings.leased.pair;
  return runSubscriber({
    ...(await clients()),
    agreementId: agreement.id,
    table: delivery.table,
    delivery: delivery.mode,
    contentHash: agreement.contentHash,
    database: openDatabase(await targetOn('subscribers')),
    engine: 'mariadb',
    signingKey: await newSigningKey(agreement.subscriber),
    log,
  });
}

async function clients() {
  const { endpoints, kafka: login } = settings;
  const { url, reader } = endpoints.registry;
  const password = await readSecretFile(reader.passwordFile);
  const registry = createConfluentRegistry({ url, user: reader.user, password });
  const kafka = createKafkaBus({
    brokers: endpoints.kafka.brokers,
    user: login.user,
    password: await readSecretFile(login.passwordFile),
    clientId: 'bench-chain',
    log,
  });
  return { kafka, fetchSchema: (id: number) => registry.schemaById(id) };
}

async function targetOn(server: 'hub' | 'subscribers') {
  const { endpoints, database } = settings;
  const { host, port } = endpoints.databases[server];
  const password = await readSecretFile(database.passwordFile);
  const name = database.name === undefined ? {} : { database: database.name };
  return { host, port, user: database.user, password, ...name };
}
