/** SCRAM-SHA-512 users. The password never leaves this process: the broker gets the salted hash. */
import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import {
  alterUserScramCredentialsV0,
  describeUserScramCredentialsV0,
  ScramMechanisms,
} from '@platformatic/kafka';
import { waitFor } from '../../base/retry.ts';
import { protocolNames } from '../client-errors.ts';
import { CLIENT_LIMITS } from '../settings.ts';
import type { Wire } from './wire.ts';

const SCRAM = { iterations: 8192, saltBytes: 32, keyBytes: 64, digest: 'sha512' } as const;
const hash = promisify(pbkdf2);

type NewUser = { readonly name: string; readonly password: string };

/** Users are there for log-ins as soon as this resolves. */
export async function setUsers(wire: Wire, users: readonly NewUser[]): Promise<void> {
  if (users.length === 0) return;
  const credentials = await Promise.all(users.map(credential));
  await wire.any((one) => alterUserScramCredentialsV0.api.async(one, [], credentials));
  await settled(wire, (there) => users.every(({ name }) => there.has(name)));
}

/** The controller answers before the broker knows. */
async function settled(wire: Wire, done: (there: ReadonlySet<string>) => boolean): Promise<void> {
  await waitFor(async () => done(new Set(await listUsers(wire))), {
    what: 'the broker to know the changed users',
    timeoutMs: CLIENT_LIMITS.requestTimeoutMs,
    intervalMs: CLIENT_LIMITS.retryMsFirst,
  });
}

async function credential({ name, password }: NewUser) {
  const salt = randomBytes(SCRAM.saltBytes);
  const { iterations, keyBytes, digest } = SCRAM;
  const saltedPassword = await hash(password, salt, iterations, keyBytes, digest);
  return { name, mechanism: ScramMechanisms.SCRAM_SHA_512, iterations, salt, saltedPassword };
}

/** Deletes those that exist. */
export async function deleteUsers(wire: Wire, names: readonly string[]): Promise<void> {
  const there = new Set(await listUsers(wire));
  const deletions = names
    .filter((name) => there.has(name))
    .map((name) => ({ name, mechanism: ScramMechanisms.SCRAM_SHA_512 }));
  if (deletions.length === 0) return;
  try {
    await wire.any((one) => alterUserScramCredentialsV0.api.async(one, deletions, []));
  } catch (error) {
    // Somebody else deleted one of them in between.
    if (protocolNames(error).some((name) => name !== 'RESOURCE_NOT_FOUND')) throw error;
  }
  await settled(wire, (left) => !deletions.some(({ name }) => left.has(name)));
}

export async function listUsers(wire: Wire): Promise<string[]> {
  const { results } = await wire.any((one) => describeUserScramCredentialsV0.api.async(one, null));
  return results.map(({ user }) => user);
}
