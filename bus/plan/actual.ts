/** Reads from broker, Connect and the secrets folder what a plan compares with. Changes nothing. */
import type { ConnectCluster, ConnectorState, ConnectorStatus } from '../connect/connect.ts';
import type { KafkaAdmin } from '../kafka/kafka.ts';
import { ownerOf, isInScope } from './ownership.ts';
import type { Actual, ActualConnector, Desired } from './plan.ts';
import { isCurrent, isFile } from './secret-files.ts';

export type PlanPorts = {
  readonly admin: KafkaAdmin;
  /** Absent where a plan has no connectors (a view's access). */
  readonly connect?: ConnectCluster;
};

/** What exists of `desired`, and everything else that its scope owns. */
export async function readActual(desired: Desired, ports: PlanPorts): Promise<Actual> {
  const { admin } = ports;
  const [topicNames, users, acls, connectors] = await Promise.all([
    admin.listTopics(),
    admin.listUsers(),
    admin.listAcls(),
    readConnectors(desired, ports.connect),
  ]);
  const secrets = desired.secretFiles;
  return {
    topicNames,
    topics: await readTopics(desired, { admin, topicNames }),
    users: new Set(users),
    passwordFiles: await filesThat(
      isFile,
      desired.users.map((user) => user.passwordFile),
    ),
    secretFiles: await filesThat(
      isFile,
      secrets.map((secret) => secret.file),
    ),
    currentSecretFiles: await currentOf(desired),
    acls,
    connectors,
  };
}

async function readTopics(
  desired: Desired,
  { admin, topicNames }: { readonly admin: KafkaAdmin; readonly topicNames: readonly string[] },
): Promise<Actual['topics']> {
  const existing = new Set(topicNames);
  const names = desired.topics.map((spec) => spec.name).filter((name) => existing.has(name));
  if (names.length === 0) return new Map();
  const [states, configs] = await Promise.all([
    admin.describeTopics(names),
    admin.topicConfigs(names),
  ]);
  return new Map(
    states.map(({ name, partitions }) => [name, { partitions, config: configs.get(name) ?? {} }]),
  );
}

async function readConnectors(
  desired: Desired,
  connect: ConnectCluster | undefined,
): Promise<Map<string, ActualConnector>> {
  const found = new Map<string, ActualConnector>();
  if (!connect) return found;
  const declared = new Set(desired.connectors.map((connector) => connector.name));
  for (const status of await connect.list()) {
    const isOurs = isInScope(desired.scope, ownerOf('connector', status.name));
    if (!isOurs && !declared.has(status.name)) continue;
    const config = declared.has(status.name) ? await connect.configOf(status.name) : {};
    if (config) found.set(status.name, { config, state: worstState(status) });
  }
  return found;
}

/** "failed" as soon as the connector or one of its tasks failed, else the connector's own state. */
export function worstState({ state, tasks }: ConnectorStatus): ConnectorState {
  return tasks.some((task) => task.state === 'failed') ? 'failed' : state;
}

async function currentOf(desired: Desired): Promise<Set<string>> {
  const checks = await Promise.all(
    desired.secretFiles.map(async (secret) => ((await isCurrent(secret)) ? [secret.file] : [])),
  );
  return new Set(checks.flat());
}

async function filesThat(
  test: (file: string) => Promise<boolean>,
  files: readonly string[],
): Promise<Set<string>> {
  const checks = await Promise.all(files.map(async (file) => ((await test(file)) ? [file] : [])));
  return new Set(checks.flat());
}
