/** Which versions make up the native stack, and the key under which they are cached. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import versions from '../../versions.json' with { type: 'json' };

export const VERSIONS: Readonly<Record<string, string>> = versions;

/** Folder of the committed Maven projects. */
export const MAVEN_FOLDER = fileURLToPath(new URL('../maven/', import.meta.url));

/** Java classes of ours, and what tells the Connect worker of them. */
export const JAVA_FOLDER = fileURLToPath(new URL('../java/', import.meta.url));

export type OwnJar = {
  readonly jar: string;
  /** Files in JAVA_FOLDER. */
  readonly sources: readonly string[];
  readonly resources: readonly string[];
  /** Folders of the plugins that load it. It is compiled against the jars of the first. */
  readonly plugins: readonly [string, ...string[]];
};

/** What of ours is compiled into folders of plugins. */
export const OWN_JARS = {
  resolver: {
    jar: 'civicbus-resolver.jar',
    sources: ['civicbus/RememberingSchemaResolver.java'],
    resources: [],
    plugins: ['avro-converter'],
  },
  notices: {
    jar: 'civicbus-notices.jar',
    sources: ['civicbus/PositionedNotificationChannel.java'],
    resources: ['META-INF/services/io.debezium.pipeline.notification.channels.NotificationChannel'],
    plugins: ['debezium-connector-mariadb', 'debezium-connector-postgres'],
  },
} as const satisfies Readonly<Record<string, OwnJar>>;

const POMS = ['pom.xml', 'kafka/pom.xml', 'avro-converter/pom.xml', 'archives/pom.xml'] as const;

/** Changes whenever a version, a Maven project or a Java file of ours does: caches are never mixed. */
export function cacheKey(): string {
  const hash = createHash('sha256').update(JSON.stringify(versions));
  for (const file of POMS) hash.update(readFileSync(`${MAVEN_FOLDER}${file}`));
  hash.update(JSON.stringify(OWN_JARS));
  for (const { sources, resources } of Object.values(OWN_JARS)) {
    for (const file of [...sources, ...resources]) {
      hash.update(readFileSync(`${JAVA_FOLDER}${file}`));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
