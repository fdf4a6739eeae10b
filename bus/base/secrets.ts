/** Secrets live in files of mode 0600 and nowhere else: not in flags, environments, logs or git. */
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BusError, messageOf } from './errors.ts';

/** A fresh password: 32 random bytes in URL-safe base64, safe in JAAS, SQL and properties files. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Writes `content` readable by the owner only, also when the file existed with wider rights. */
export async function writeSecretFile(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, content, { mode: 0o600 });
  await chmod(file, 0o600);
}

/** Reads a secret and refuses one that others could read too. Trailing line ends are dropped. */
export async function readSecretFile(file: string): Promise<string> {
  const { mode } = await stat(file).catch((error: unknown) => unreadable(file, error));
  refuseExposed(file, mode);
  return withoutLineEnds(await readFile(file, 'utf8'));
}

/** The same for callers that cannot wait: a few small files while something is set up. */
export function readSecretFileNow(file: string): string {
  refuseExposed(file, modeOf(file));
  return withoutLineEnds(readFileSync(file, 'utf8'));
}

function modeOf(file: string): number {
  try {
    return statSync(file).mode;
  } catch (error) {
    return unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): never {
  throw new BusError('BUS_FILE_UNREADABLE', { file, why: messageOf(error) }, error);
}

function refuseExposed(file: string, mode: number): void {
  const rights = mode & 0o777;
  if ((rights & 0o077) === 0) return;
  throw new BusError('BUS_SECRET_EXPOSED', { file, mode: rights.toString(8).padStart(4, '0') });
}

function withoutLineEnds(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}
