/** Which versions make up the native stack, and the key under which they are cached. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import versions from '../../versions.json' with { type: 'json' };

export const VERSIONS: Readonly<Record<string, string>> = versions;

/** Folder of the committed Maven projects. */
export const MAVEN_FOLDER = fileURLToPath(new URL('../maven/', import.meta.url));

const KEYED = ['pom.xml', 'kafka/pom.xml', 'avro-converter/pom.xml', 'archives/pom.xml'] as const;

/** Changes whenever a version or a Maven project does, so that caches are never mixed. */
export function cacheKey(): string {
  const hash = createHash('sha256').update(JSON.stringify(versions));
  for (const file of KEYED) hash.update(readFileSync(`${MAVEN_FOLDER}${file}`));
  return hash.digest('hex').slice(0, 16);
}
