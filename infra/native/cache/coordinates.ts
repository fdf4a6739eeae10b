/** Which versions make up the native stack, and the key under which they are cached. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import versions from '../../versions.json' with { type: 'json' };

export const VERSIONS: Readonly<Record<string, string>> = versions;

/** Folder of the committed Maven projects. */
export const MAVEN_FOLDER = fileURLToPath(new URL('../maven/', import.meta.url));

/** What of ours is compiled into the Avro converter's plugin folder. */
export const JAVA_FOLDER = fileURLToPath(new URL('../java/', import.meta.url));
export const JAVA_SOURCES = ['civicbus/RememberingSchemaResolver.java'] as const;

const POMS = ['pom.xml', 'kafka/pom.xml', 'avro-converter/pom.xml', 'archives/pom.xml'] as const;

/** Changes whenever a version, a Maven project or a compiled source does: caches are never mixed. */
export function cacheKey(): string {
  const hash = createHash('sha256').update(JSON.stringify(versions));
  for (const file of POMS) hash.update(readFileSync(`${MAVEN_FOLDER}${file}`));
  for (const file of JAVA_SOURCES) hash.update(readFileSync(`${JAVA_FOLDER}${file}`));
  return hash.digest('hex').slice(0, 16);
}
