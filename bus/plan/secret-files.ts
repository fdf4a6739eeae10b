/**
 * Password files and the properties files that Connect reads. Content is only ever compared
 * here, never returned: what leaves this module is whether a file is as it should be.
 */
import { stat } from 'node:fs/promises';
import { isBusError } from '../base/errors.ts';
import { newSecret, readSecretFile, writeSecretFile } from '../base/secrets.ts';
import type { SecretFile } from './plan.ts';

/** The password in `file`, which is made with a new one where it does not exist. */
export async function ensurePassword(file: string): Promise<string> {
  if (!(await isFile(file))) await writeSecretFile(file, `${newSecret()}\n`);
  return readSecretFile(file);
}

export async function isFile(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ?? false;
}

/** Writes the properties file, readable by its owner only. Throws when a password file is absent. */
export async function writeProperties({ file, entries }: SecretFile): Promise<void> {
  await writeSecretFile(file, await propertiesOf(entries));
}

/** True when the file holds exactly what it should. */
export async function isCurrent({ file, entries }: SecretFile): Promise<boolean> {
  try {
    const wanted = await propertiesOf(entries);
    return (await readSecretFile(file)) === wanted.trimEnd();
  } catch (error) {
    if (isBusError(error, 'BUS_FILE_UNREADABLE', 'BUS_SECRET_EXPOSED')) return false;
    throw error;
  }
}

async function propertiesOf(entries: SecretFile['entries']): Promise<string> {
  const lines = await Promise.all(
    Object.entries(entries).map(
      async ([key, file]) => `${key}=${escaped(await readSecretFile(file))}\n`,
    ),
  );
  return lines.join('');
}

/** Java's properties format: a backslash escapes, and a leading blank would be dropped. */
function escaped(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replace(/^(\s)/, '\\$1');
}
