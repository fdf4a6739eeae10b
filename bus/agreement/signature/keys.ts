/**
 * Keys of organizations: Ed25519 as JWK. Private ones stand in files of mode 0600,
 * `<folder>/<orgId>.jwk`, and nowhere else; public ones in the declared organizations or, for a
 * stack that made its own, beside the private ones as `<orgId>.public.jwk`.
 */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';
import { BusError } from '../../base/errors.ts';
import { readSecretFile, writeSecretFile } from '../../base/secrets.ts';

const base64url = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected 32 bytes in base64url');

export const publicJwkSchema = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: base64url,
});
export const keyIdSchema = z
  .string()
  .regex(/^[A-Z][A-Z0-9-]{1,59}$/, 'expected capital letters, digits and "-", at most 60');

const publicFile = z.strictObject({
  orgId: z.string().min(1),
  kid: keyIdSchema,
  jwk: publicJwkSchema,
});
const privateFile = publicFile.extend({ jwk: publicJwkSchema.extend({ d: base64url }) });

/** A key that verifies what its organization signed. */
export type OrgPublicKey = Readonly<z.infer<typeof publicFile>>;
/** A key that signs for its organization; never logged, never sent. */
export type OrgSigningKey = Readonly<z.infer<typeof privateFile>>;

const PUBLIC_SUFFIX = '.public.jwk';

/** The name of an organization's first key. */
export function firstKeyId(orgId: string): string {
  return `${orgId}-1`;
}

/** A fresh key pair of `orgId`. */
export async function newSigningKey(
  orgId: string,
  kid: string = firstKeyId(orgId),
): Promise<OrgSigningKey> {
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true });
  const { kty, crv, x, d } = await exportJWK(privateKey);
  return privateFile.parse({ orgId, kid, jwk: { kty, crv, x, d } });
}

export function publicKeyOf({ orgId, kid, jwk: { kty, crv, x } }: OrgSigningKey): OrgPublicKey {
  return { orgId, kid, jwk: { kty, crv, x } };
}

export function orgKeyFile(folder: string, orgId: string): string {
  return join(folder, `${orgId}.jwk`);
}

/** Makes the keys that `folder` does not have yet and answers the public ones, in the order asked. */
export async function ensureOrgKeys(
  folder: string,
  orgIds: readonly string[],
): Promise<readonly OrgPublicKey[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keys: OrgPublicKey[] = [];
  for (const orgId of orgIds) keys.push(await ensureOrgKey(folder, orgId));
  return keys;
}

async function ensureOrgKey(folder: string, orgId: string): Promise<OrgPublicKey> {
  const file = orgKeyFile(folder, orgId);
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  const key = isThere ? await readSigningKey(file) : await newSigningKey(orgId);
  if (!isThere) await writeSecretFile(file, `${JSON.stringify(key)}\n`);
  const publicKey = publicKeyOf(key);
  await writeFile(join(folder, `${orgId}${PUBLIC_SUFFIX}`), `${JSON.stringify(publicKey)}\n`);
  return publicKey;
}

/** Throws BUS_FILE_UNREADABLE, BUS_SECRET_EXPOSED, AGREEMENT_KEY_UNREADABLE. */
export async function readSigningKey(file: string): Promise<OrgSigningKey> {
  return parseKey(file, await readSecretFile(file), privateFile);
}

/** The public keys that `ensureOrgKeys` left in `folder`, sorted by organization; none where there is no folder. */
export async function readPublicKeys(folder: string): Promise<readonly OrgPublicKey[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const files = names.filter((name) => name.endsWith(PUBLIC_SUFFIX)).toSorted();
  return Promise.all(
    files.map(async (name) => {
      const file = join(folder, name);
      return parseKey(file, await readFile(file, 'utf8'), publicFile);
    }),
  );
}

function parseKey<S extends z.ZodType>(file: string, content: string, schema: S): z.output<S> {
  try {
    return schema.parse(JSON.parse(content));
  } catch (error) {
    // What a key file holds is never part of a message.
    const why = error instanceof z.ZodError ? 'it lacks fields of a key' : 'it is no JSON';
    throw new BusError('AGREEMENT_KEY_UNREADABLE', { file, why });
  }
}
