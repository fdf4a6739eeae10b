/**
 * Loads the inner modules of kafkajs that are corrected here and proves that each function
 * about to be replaced is the one that was read: its source must have the noted SHA-256.
 * kafkajs has had no release for years, so a changed source means another version was put in.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { BusError } from '../../../base/errors.ts';

const load = createRequire(import.meta.url);

/** The exports of kafkajs/src/`path`; the caller names the part of their shape it uses. */
export function upstream<Shape>(path: string): Shape {
  return load(`kafkajs/src/${path}`) as Shape;
}

/** Puts `exports` in the place of a module that nothing has loaded yet. */
export function replaceModule(path: string, exports: unknown): void {
  const file = load.resolve(`kafkajs/src/${path}`);
  const loaded = load(file) && load.cache[file];
  if (loaded) loaded.exports = exports;
}

/** SHA-256 of a function's source text. */
export function sourceHash(fn: unknown): string {
  return createHash('sha256').update(String(fn)).digest('hex');
}

/** Throws KAFKA_CLIENT_CHANGED unless `fn` has the source that the patch was written for. */
export function mustBeKnown(what: string, fn: unknown, hash: string): void {
  const found = sourceHash(fn);
  if (found !== hash) throw new BusError('KAFKA_CLIENT_CHANGED', { what, found });
}
