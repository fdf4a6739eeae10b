/**
 * A lock that is a file naming its holder. A holder that died leaves a stale file, which the
 * next one takes over; two that find the same stale file cannot both win, because taking over
 * moves exactly the file that was judged.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { must } from '../../../bus/base/assert.ts';
import { identityOf, isAlive, type ProcessIdentity, processIdentitySchema } from './identity.ts';

export type FileLock = { release(): Promise<void> };
export type LockAnswer =
  | { readonly kind: 'taken'; readonly lock: FileLock }
  | { readonly kind: 'held'; readonly holder: ProcessIdentity };

/** Takes the lock or says who holds it; never waits. */
export async function tryLock(file: string): Promise<LockAnswer> {
  await mkdir(dirname(file), { recursive: true });
  const mine = JSON.stringify(must(identityOf(process.pid), 'own process in /proc'));
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    for (;;) {
      if (await linked(draft, file)) return { kind: 'taken', lock: lockOf(file, mine) };
      const found = await readFile(file, 'utf8').catch(() => undefined);
      if (found === undefined) continue;
      const holder = parse(found);
      if (holder && isAlive(holder)) return { kind: 'held', holder };
      await removeExactly(file, found);
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** Who holds the lock now; undefined when nobody alive does. */
export async function lockHolder(file: string): Promise<ProcessIdentity | undefined> {
  const holder = parse(await readFile(file, 'utf8').catch(() => ''));
  return holder && isAlive(holder) ? holder : undefined;
}

function lockOf(file: string, mine: string): FileLock {
  return {
    async release() {
      const now = await readFile(file, 'utf8').catch(() => undefined);
      if (now === mine) await rm(file, { force: true });
    },
  };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeExactly(file: string, content: string): Promise<void> {
  const aside = `${file}.${randomUUID()}.stale`;
  try {
    await rename(file, aside);
  } catch {
    return; // Somebody else took it over first.
  }
  const moved = await readFile(aside, 'utf8').catch(() => content);
  // Between judging and moving a new holder may have come: give it back its file.
  if (moved !== content) await linked(aside, file);
  await rm(aside, { force: true });
}

function parse(text: string): ProcessIdentity | undefined {
  try {
    return processIdentitySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
