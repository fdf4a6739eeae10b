/**
 * A fingerprint of a set of delivered keys that does not depend on their order: the sum, modulo
 * 2^256, of each key's SHA-256. Both ends of a batch count it and compare.
 */
import { hash } from 'node:crypto';
import { BODY_START } from '../avro/wire.ts';

/** Words of 32 bits in a digest, the highest first. */
const WORDS = 8;
const WORD = 2 ** 32;
const WORD_BITS = 32n;
/** So many words add up in a double without loss. */
const CARRY_EVERY = 2 ** 20;

/** Pairs that deliver the same key share its bytes, and each counts them: they are hashed once. */
const digests = new WeakMap<Buffer, Buffer>();

function digestOf(framedKey: Buffer): Buffer {
  const known = digests.get(framedKey);
  if (known) return known;
  const digest = hash('sha256', framedKey.subarray(BODY_START), 'buffer');
  digests.set(framedKey, digest);
  return digest;
}

export class KeySet {
  /** Words of the sum; between carries each may be larger than a word. */
  readonly #words = new Float64Array(WORDS);
  #count = 0;

  /** Adds one framed key; each key of a set once. The frame, which names a schema, does not count. */
  add(framedKey: Buffer): void {
    this.addDigest(digestOf(framedKey));
  }

  /** As `add`, with the SHA-256 of a key that was taken before. */
  addDigest(digest: Buffer): void {
    for (let at = 0; at < WORDS; at++)
      this.#words[at] = (this.#words[at] ?? 0) + digest.readUInt32BE(at * 4);
    this.#count++;
    if (this.#count % CARRY_EVERY === 0) this.#carry();
  }

  get count(): number {
    return this.#count;
  }

  /** 64 hexadecimal digits. */
  get hash(): string {
    this.#carry();
    let sum = 0n;
    for (const word of this.#words) sum = (sum << WORD_BITS) | BigInt(word);
    return sum.toString(16).padStart(64, '0');
  }

  /** What is beyond the highest word is beyond the modulus. */
  #carry(): void {
    let carry = 0;
    for (let at = WORDS - 1; at >= 0; at--) {
      const word = (this.#words[at] ?? 0) + carry;
      carry = Math.floor(word / WORD);
      this.#words[at] = word - carry * WORD;
    }
  }
}
