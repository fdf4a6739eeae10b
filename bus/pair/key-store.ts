/**
 * The keys behind tokens: one file per scope, 32 random bytes in hexadecimal, readable by the owner
 * only. Reading never makes a key, because a lost key that were quietly replaced would give every
 * person a new token; `ensureKey` makes one where there is none, and a key once made is never
 * overwritten. Only the gateway reads keys.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { BusError, isBusError } from '../base/errors.ts';
import { readSecretFileNow } from '../base/secrets.ts';

const KEY_BYTES = 32;
const HEX = /^[0-9a-f]{64}$/;
const ENDING = '.key';

export type KeyStore = {
  /**
   * The key of a scope.
   * @throws BusError MASK_KEY_ABSENT, MASK_KEY_BROKEN, or BUS_SECRET_EXPOSED when others could read it.
   */
  keyFor(scope: string): Promise<Buffer>;
  /** The same at once: masks are made ready in the middle of binding a pair. */
  keyNow(scope: string): Buffer;
  /** Makes the key where there is none; several at once agree on one. True when this call made it. */
  ensureKey(scope: string): Promise<boolean>;
  /** Scopes that have a key, in alphabetical order. */
  scopes(): Promise<readonly string[]>;
};

/** The store in `folder`, which is made with the first key. */
export function openKeyStore(folder: string): KeyStore {
  return {
    keyFor: async (scope) => readKey(folder, scope),
    keyNow: (scope) => readKey(folder, scope),
    ensureKey: (scope) => makeKey(folder, scope),
    scopes: () => listScopes(folder),
  };
}

/** A scope is a name from an agreement; as a file name it can neither leave the folder nor collide. */
function fileOf(folder: string, scope: string): string {
  return join(folder, `${encodeURIComponent(scope)}${ENDING}`);
}

function readKey(folder: string, scope: string): Buffer {
  const hex = readHex(folder, scope);
  if (!HEX.test(hex)) throw new BusError('MASK_KEY_BROKEN', { scope, folder });
  return Buffer.from(hex, 'hex');
}

function readHex(folder: string, scope: string): string {
  try {
    return readSecretFileNow(fileOf(folder, scope));
  } catch (error) {
    if (isBusError(error, 'BUS_FILE_UNREADABLE') && hasCode(error.cause, 'ENOENT')) {
      throw new BusError('MASK_KEY_ABSENT', { scope, folder }, error);
    }
    throw error;
  }
}

async function makeKey(folder: string, scope: string): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = fileOf(folder, scope);
  const draft = join(folder, `.draft-${randomBytes(8).toString('hex')}`);
  await writeDraft(draft);
  try {
    // A link, unlike a rename, never takes the place of a key that another process just made.
    await link(draft, file);
    await syncFolder(folder);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

async function writeDraft(draft: string): Promise<void> {
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(KEY_BYTES).toString('hex')}\n`);
    // On disk before its name is: a crash must not leave a key that is empty.
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Tokens are delivered soon after; the name of their key must survive a crash that they survive. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function listScopes(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  return files
    .filter((file) => file.endsWith(ENDING))
    .map((file) => decodeURIComponent(file.slice(0, -ENDING.length)))
    .toSorted();
}
