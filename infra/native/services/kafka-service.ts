/**
 * One Kafka broker with its controller (KRaft), closed from its first second: clients speak
 * SCRAM-SHA-512, the controller listener SASL/PLAIN with a password of its own, nobody has a
 * right that was not given, no topic appears by itself. Formatting happens once per home.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { writeSecretFile } from '../../../bus/base/secrets.ts';
import type { CacheLayout } from '../cache/layout.ts';
import { type Home, recall, remember, type Secrets } from '../home.ts';
import type { ProcessSpec } from '../process/supervised-process.ts';
import { mustRun } from '../run-command.ts';
import { kafkaServes } from './kafka-access.ts';
import { javaArguments } from './jvm.ts';
import { loggingOption } from './logging.ts';
import { type Properties, scramJaas, writeProperties } from './properties.ts';

export type KafkaSetup = {
  readonly home: Home;
  readonly cache: CacheLayout;
  readonly secrets: Secrets;
  readonly clientPort: number;
  readonly controllerPort: number;
};

/** The name under which a home remembers that its storage was formatted whole, and with what id. */
const FORMATTED = 'kafka-formatted';
const REAUTHENTICATION_MS = 20_000;

/** Writes the settings, formats the storage if that was never done, and says how to run the broker. */
export async function prepareKafka(setup: KafkaSetup): Promise<ProcessSpec> {
  const { home, cache } = setup;
  const settings = home.secretFile('broker.properties');
  await writeProperties(settings, brokerProperties(setup));
  await formatOnce(setup, settings);
  const logging = await loggingOption(join(home.data('kafka-settings'), 'log4j2.properties'));
  return {
    name: 'kafka',
    command: 'java',
    args: javaArguments({
      heapMbMax: 1024,
      // Ready sooner on few cores; what the broker does most needs no further compilation.
      options: ['-XX:TieredStopAtLevel=1', logging],
      run: ['-cp', cache.kafkaClassPath, 'kafka.Kafka'],
      args: [settings],
    }),
    logFile: home.logFile('kafka'),
    restart: 'always',
    health: () => kafkaServes(setup.clientPort, setup.secrets),
    address: `127.0.0.1:${setup.clientPort}`,
  };
}

function brokerProperties({ home, secrets, clientPort, controllerPort }: KafkaSetup): Properties {
  const client = `127.0.0.1:${clientPort}`;
  const controller = `127.0.0.1:${controllerPort}`;
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  const control = secrets['kafka-controller'];
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `CLIENT://${client},CONTROLLER://${controller}`,
    'advertised.listeners': `CLIENT://${client}`,
    'listener.security.protocol.map': 'CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
    'inter.broker.listener.name': 'CLIENT',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'listener.name.client.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.client.scram-sha-512.sasl.jaas.config': scramJaas(
      'admin',
      secrets['kafka-admin'],
    ),
    'listener.name.client.scram-sha-512.connections.max.reauth.ms': REAUTHENTICATION_MS,
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config': `${plain} required username="admin" password="${control}" user_admin="${control}";`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': false,
    'super.users': 'User:admin',
    'auto.create.topics.enable': false,
    'log.dirs': join(home.data('kafka'), 'log'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 8,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.segment.bytes': 128 * 1024 * 1024,
  };
}

/**
 * The first password of the super user goes in with the format. The whole command line of the
 * tool is an argument file of the launcher (mode 0600): neither it nor anything from which the
 * password could be used is ever seen in the process table; what the tool prints is dropped.
 */
async function formatOnce(setup: KafkaSetup, settings: string): Promise<void> {
  const { home, cache, secrets } = setup;
  if ((await recall(home, FORMATTED)) !== undefined) return;
  // Of a format that was interrupted: it may lack the password without which nobody gets in.
  await rm(home.data('kafka'), { recursive: true, force: true });
  const clusterId = newClusterId();
  const user = `SCRAM-SHA-512=[name=admin,password=${secrets['kafka-admin']}]`;
  const argumentFile = home.secretFile('format.args');
  const words = javaArguments({
    heapMbMax: 256,
    options: ['-XX:TieredStopAtLevel=1'],
    run: ['-cp', cache.kafkaClassPath, 'kafka.tools.StorageTool'],
    args: ['format', '-t', clusterId, '-c', settings, '--add-scram', user],
  });
  const quoted = words.map((word) => `"${word.replaceAll(/["\\]/g, '\\$&')}"`);
  await writeSecretFile(argumentFile, quoted.join('\n'));
  await mustRun(
    { command: 'java', args: [`@${argumentFile}`], conceal: [secrets['kafka-admin']] },
    'formatting the broker storage',
  );
  await rm(argumentFile);
  await remember(home, FORMATTED, clusterId);
}

/**
 * Kafka's form of a UUID: 16 bytes in base64url. As Kafka's own random ids it never begins with
 * a dash (one in 64 would): the format tool takes that for an option and refuses.
 */
export function newClusterId(random: (bytes: number) => Buffer = randomBytes): string {
  const id = random(16).toString('base64url');
  return id.startsWith('-') ? newClusterId(random) : id;
}
