import { readFile, stat, writeFile, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ensureOrgKeys,
  newSigningKey,
  orgKeyFile,
  publicKeyOf,
  readPublicKeys,
  readSigningKey,
} from '../../../../bus/agreement/signature/keys.ts';
import {
  signStatement,
  verifyStatement,
  type Statement,
} from '../../../../bus/agreement/signature/signature.ts';
import { scratchFolder } from '../../../support/scratch.ts';

const scratch = scratchFolder();
let folders = 0;

const statement: Statement = {
  id: '3f0c6a52-9a2b-4c1f-8f0e-0d6a5a5c7c11',
  contentHash: '$1$abc',
  verb: 'resume',
  previousEventHash: 'hash-of-suspend',
  time: '2026-11-22T10:00:00Z',
  reason: 'the cause is removed',
};

describe('a signed statement', () => {
  test('verifies with the key that signed it, and names that key', async () => {
    const key = await newSigningKey('BJ-ZJW');
    const other = publicKeyOf(await newSigningKey('BJ-DSJ'));
    const jws = await signStatement(statement, key);
    const signer = await verifyStatement(jws, statement, [other, publicKeyOf(key)]);
    expect(signer).toEqual(publicKeyOf(key));
  });

  test('does not depend on the order in which its fields were written', async () => {
    const key = await newSigningKey('BJ-ZJW');
    const jws = await signStatement(statement, key);
    const turned = Object.fromEntries(Object.entries(statement).toReversed()) as Statement;
    await expect(verifyStatement(jws, turned, [publicKeyOf(key)])).resolves.toBeDefined();
  });

  const changes: readonly [string, Record<string, unknown>][] = [
    ['another previous event: an old resume replayed', { previousEventHash: 'another' }],
    ['no previous event', { previousEventHash: null }],
    ['another agreement', { id: '00000000-0000-4000-8000-000000000000' }],
    ['other content', { contentHash: '$1$abd' }],
    ['another verb', { verb: 'revoke' }],
    ['another time', { time: '2026-11-22T10:00:01Z' }],
    ['another reason', { reason: 'none' }],
    ['a field more', { data: { number: 7 } }],
    ['a field less', { reason: undefined }],
  ];
  test.each(changes)('is broken by %s', async (_reason, change) => {
    const key = await newSigningKey('BJ-ZJW');
    const jws = await signStatement(statement, key);
    await expect(
      verifyStatement(jws, { ...statement, ...change }, [publicKeyOf(key)]),
    ).rejects.toMatchObject({ code: 'AGREEMENT_SIGNATURE_INVALID' });
  });

  test('is refused when its key is unknown, and when another key has its name', async () => {
    const key = await newSigningKey('BJ-ZJW');
    const impostor = publicKeyOf(await newSigningKey('BJ-ZJW'));
    const jws = await signStatement(statement, key);
    await expect(verifyStatement(jws, statement, [])).rejects.toMatchObject({
      code: 'AGREEMENT_KEY_UNKNOWN',
    });
    await expect(verifyStatement(jws, statement, [impostor])).rejects.toMatchObject({
      code: 'AGREEMENT_SIGNATURE_INVALID',
    });
  });

  test('that anybody could have written is refused: no signature, another algorithm, a payload inside', async () => {
    const key = await newSigningKey('BJ-ZJW');
    const jws = await signStatement(statement, key);
    const none = `${Buffer.from('{"alg":"none","kid":"BJ-ZJW-1"}').toString('base64url')}..`;
    const hmac = `${Buffer.from('{"alg":"HS256","kid":"BJ-ZJW-1"}').toString('base64url')}..AAAA`;
    for (const bad of [none, hmac, jws.replace('..', '.e30.'), '', 'x', `${jws}.x`]) {
      await expect(verifyStatement(bad, statement, [publicKeyOf(key)])).rejects.toMatchObject({
        code: 'AGREEMENT_SIGNATURE_INVALID',
      });
    }
  });

  test('is broken by any changed character of the signature or its header', async () => {
    const key = await newSigningKey('BJ-ZJW');
    const jws = await signStatement(statement, key);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(jws.length - 1),
        fc.constantFrom('A', 'B', 'g', 'w', '0', '7', '-', '_'),
        async (at, char) => {
          const changed = jws.slice(0, at) + char + jws.slice(at + 1);
          // The last character of base64url carries bits that decode to nothing.
          fc.pre(changed !== jws && at < jws.length - 1);
          await expect(
            verifyStatement(changed, statement, [publicKeyOf(key)]),
          ).rejects.toMatchObject({ name: 'BusError' });
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('keys of organizations', () => {
  test('are made once, readable by their owner only, and their public parts are listed', async () => {
    const folder = join(scratch, `keys-${++folders}`);
    const first = await ensureOrgKeys(folder, ['BJ-ZJW', 'BJ-DSJ']);
    const again = await ensureOrgKeys(folder, ['BJ-DSJ', 'BJ-ZJW']);
    expect(again.toReversed()).toEqual(first);
    expect(await readPublicKeys(folder)).toEqual(again);
    expect((await stat(orgKeyFile(folder, 'BJ-ZJW'))).mode & 0o777).toBe(0o600);
    const { jwk } = await readSigningKey(orgKeyFile(folder, 'BJ-ZJW'));
    const publicFile = await readFile(join(folder, 'BJ-ZJW.public.jwk'), 'utf8');
    expect(publicFile).not.toContain(jwk.d);
  });

  test('that others can read, or that are damaged, are refused without a word of what they hold', async () => {
    const folder = join(scratch, `keys-${++folders}`);
    await ensureOrgKeys(folder, ['BJ-ZJW']);
    const file = orgKeyFile(folder, 'BJ-ZJW');
    const { jwk } = await readSigningKey(file);
    await writeFile(file, `{"orgId":"BJ-ZJW","jwk":{"d":"${jwk.d}"}}`);
    const damaged = await readSigningKey(file).catch((error: unknown) => error);
    expect(damaged).toMatchObject({ code: 'AGREEMENT_KEY_UNREADABLE' });
    expect(String(damaged)).not.toContain(jwk.d);
    await chmod(file, 0o644);
    await expect(readSigningKey(file)).rejects.toMatchObject({ code: 'BUS_SECRET_EXPOSED' });
  });
});
