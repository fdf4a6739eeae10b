/**
 * A source compiled into everything it needs on the bus: topics, Kafka user, rights, secrets
 * file and connector config. Pure and repeatable: the same file and context give the same
 * bytes, which the golden tests hold.
 */
import { join } from 'node:path';
import { assert } from '../bus/base/assert.ts';
import type { ConnectorConfig } from '../bus/connect/connect.ts';
import type { AclRule, TopicSpec } from '../bus/kafka/kafka.ts';
import type { Desired, DesiredUser, SecretFile } from '../bus/plan/plan.ts';
import { userPasswordFile } from '../bus/plan/view-access.ts';
import { sourceAcls } from './access.ts';
import type { SourceContext } from './context.ts';
import { type DatabaseAddress, debeziumConfig, type SecretKey } from './debezium-config.ts';
import { sourceNames, tableTopic } from './names.ts';
import { type Source, tableSpaceOf } from './source.ts';
import { sourceTopics } from './topics.ts';

export type CompiledSource = {
  readonly name: string;
  readonly topics: readonly TopicSpec[];
  readonly user: DesiredUser;
  readonly acls: readonly AclRule[];
  readonly secretFile: SecretFile;
  readonly connector: { readonly name: string; readonly config: ConnectorConfig };
  /** Topics with rows of tables, by table. */
  readonly tableTopics: Readonly<Record<string, string>>;
};

/** Compiles one checked source. Its server must be known (see `addressOf`). */
export function compileSource(source: Source, context: SourceContext): CompiledSource {
  const names = sourceNames(source.name);
  const address = addressOf(source, context);
  assert(address, `the server of source ${source.name} is known`);
  const passwordFile = userPasswordFile(context.secretsFolder, names.user);
  const entries: Record<SecretKey, string> = {
    kafkaPassword: passwordFile,
    databasePassword: capturePasswordFile(source, context),
    registryPassword: context.registry.passwordFile,
  };
  return {
    name: source.name,
    topics: sourceTopics(source),
    user: { name: names.user, passwordFile },
    acls: sourceAcls(source, context.connect.groupId),
    secretFile: { file: join(context.connect.secretsFolder, names.secretsFile), entries },
    connector: { name: names.connector, config: debeziumConfig({ source, context, address }) },
    tableTopics: tableTopicsOf(source),
  };
}

/** Several compiled sources as one desired state; `everySource` puts undeclared ones in scope too. */
export function desiredSources(
  compiled: readonly CompiledSource[],
  { everySource = false }: { readonly everySource?: boolean } = {},
): Desired {
  return {
    scope: everySource ? ['source/*'] : compiled.map(({ name }) => `source/${name}`),
    topics: compiled.flatMap(({ topics }) => topics),
    users: compiled.map(({ user }) => user),
    secretFiles: compiled.map(({ secretFile }) => secretFile),
    acls: compiled.flatMap(({ acls }) => acls),
    connectors: compiled.map(({ connector, secretFile }) => ({
      ...connector,
      secretFile: secretFile.file,
    })),
  };
}

/** Host and port of the source's server; undefined when the context does not know its name. */
export function addressOf(
  { connection }: Source,
  { servers }: SourceContext,
): DatabaseAddress | undefined {
  const { server, host, port } = connection;
  if (host !== undefined && port !== undefined) return { host, port };
  const found = server === undefined ? undefined : servers[server];
  return found && { host: found.host, port: found.port };
}

/** The file with the capture user's password, which the DBA puts there. */
export function capturePasswordFile({ capture }: Source, { secretsFolder }: SourceContext): string {
  return join(secretsFolder, capture.passwordFile);
}

function tableTopicsOf(source: Source): Record<string, string> {
  const { name, tables } = source;
  const database = tableSpaceOf(source);
  return Object.fromEntries(
    tables.map((table) => [table.name, tableTopic({ source: name, database, table: table.name })]),
  );
}
