/**
 * A fingerprint of a set of delivered keys that does not depend on their order: the sum, modulo
 * 2^256, of each key's SHA-256. Both ends of a batch count it and compare.
 */
import { createHash } from 'node:crypto';
import { BODY_START } from '../avro/wire.ts';

const MODULUS = 1n << 256n;

export class KeySet {
  #sum = 0n;
  #count = 0;

  /** Adds one framed key; each key of a set once. The frame, which names a schema, does not count. */
  add(framedKey: Buffer): void {
    this.addDigest(createHash('sha256').update(framedKey.subarray(BODY_START)).digest());
  }

  /** As `add`, with the SHA-256 of a key that was taken before. */
  addDigest(digest: Buffer): void {
    this.#sum = (this.#sum + BigInt(`0x${digest.toString('hex')}`)) % MODULUS;
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  /** 64 hexadecimal digits. */
  get hash(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }
}
