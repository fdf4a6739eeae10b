/**
 * A lock that the kernel gives back when its holder dies, however it dies: a listening socket
 * in Linux's abstract name space, named after the lock's file. The file itself only says who
 * holds it. Processes in another network name space do not see the lock.
 */
import { createHash } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { must } from '../../../bus/base/assert.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import { readJson, writeJson } from '../files.ts';
import { identityOf, isAlive, type ProcessIdentity, processIdentitySchema } from './identity.ts';

export type FileLock = { release(): Promise<void> };
export type LockAnswer =
  | { readonly kind: 'taken'; readonly lock: FileLock }
  | { readonly kind: 'held'; readonly holder: ProcessIdentity };

/** A holder writes its name right after taking the lock; a reader waits for it this long. */
const NAME_WAIT_MS = 5_000;

/** Takes the lock or says who holds it; never waits for its release. */
export async function tryLock(file: string): Promise<LockAnswer> {
  await mkdir(dirname(file), { recursive: true });
  const address = await addressOf(file);
  for (;;) {
    const server = await listen(address);
    if (server) return { kind: 'taken', lock: await held(server, file) };
    const holder = await lockHolder(file);
    if (holder) return { kind: 'held', holder };
  }
}

/** Who holds the lock now; undefined when nobody does. */
export async function lockHolder(file: string): Promise<ProcessIdentity | undefined> {
  const address = await addressOf(file);
  return waitFor(
    async () => {
      if (!(await accepts(address))) return { holder: undefined };
      const holder = processIdentitySchema.safeParse(await readJson(file)).data;
      return holder && isAlive(holder) && { holder };
    },
    { what: `the name of the holder in ${file}`, timeoutMs: NAME_WAIT_MS, intervalMs: 10 },
  ).then(({ holder }) => holder);
}

async function held(server: Server, file: string): Promise<FileLock> {
  await writeJson(file, must(identityOf(process.pid), 'own process in /proc'));
  return {
    async release() {
      await rm(file, { force: true });
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

/** The same for every way to write the path of one folder. */
async function addressOf(file: string): Promise<string> {
  const folder = await realpath(dirname(file)).catch(() => dirname(file));
  const path = join(folder, basename(file));
  return `\0civicbus-${createHash('sha256').update(path).digest('hex')}`;
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => {
      // Holding the lock is no reason to stay alive.
      server.unref();
      resolve(server);
    });
  });
}

function accepts(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
