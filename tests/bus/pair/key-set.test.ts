import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { KeySet } from '../../../bus/pair/key-set.ts';

const MODULUS = 1n << 256n;

test('a key set counts the sum of its digests modulo 2^256, also between looks', () => {
  const digests = [
    Buffer.alloc(32, 0xff),
    Buffer.alloc(32, 0xff),
    ...Array.from({ length: 500 }, (_, at) => createHash('sha256').update(String(at)).digest()),
  ];
  const set = new KeySet();
  let sum = 0n;
  const looks: string[] = [];
  const expected: string[] = [];
  for (const [at, digest] of digests.entries()) {
    set.addDigest(digest);
    sum = (sum + BigInt(`0x${digest.toString('hex')}`)) % MODULUS;
    if (at % 50 !== 0) continue;
    looks.push(set.hash);
    expected.push(sum.toString(16).padStart(64, '0'));
  }
  expect(looks).toEqual(expected);
  expect(set.hash).toBe(sum.toString(16).padStart(64, '0'));
  expect(set.count).toBe(digests.length);
});

test('a set of nothing has the hash 0, in all of its digits', () => {
  expect(new KeySet().hash).toBe('0'.repeat(64));
});
