/**
 * The one text of a JSON value (RFC 8785): the same value gives the same bytes, whatever order its
 * keys were written in. Everything that is hashed or signed goes through here.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { assert } from '../../base/assert.ts';

/** Prefix of a content hash: says which form and which digest made it. */
export const CONTENT_HASH_PREFIX = '$1$';

/** Keys of an agreement's file that say something about its content and are no part of it. */
const BESIDE_CONTENT = ['contentHash', 'signatures'] as const;

/** RFC 8785 text of plain JSON; keys whose value is undefined are left out. Throws on NaN, infinities and lone surrogates. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  assert(text !== undefined, 'only JSON has a canonical text');
  return text;
}

/** "$1$" and the base64url SHA-256 of the canonical JSON of everything but `contentHash` and `signatures`. */
export function contentHash(content: object): string {
  const kept = Object.entries(content).filter(
    ([key]) => !(BESIDE_CONTENT as readonly string[]).includes(key),
  );
  return CONTENT_HASH_PREFIX + sha256(canonicalJson(Object.fromEntries(kept)));
}

/** base64url SHA-256 of the UTF-8 bytes. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64url');
}
