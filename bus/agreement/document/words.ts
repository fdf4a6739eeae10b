/** Words that several declarations of agreements share, with what is expected of each. */
import { z } from 'zod';

export const orgIdSchema = z
  .string()
  .regex(/^[A-Z][A-Z0-9-]{1,39}$/, 'expected capital letters, digits and "-", at most 40');
export const slugSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,59}$/,
    'expected lower-case letters, digits and "-", starting with a letter, at most 60',
  );
export const columnSchema = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,50}$/,
    'expected letters, digits and "_", starting with a letter, at most 51',
  );
export const resourceIdSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,40}\/[a-z][a-z0-9_]{0,40}$/,
    'expected "<view>/<table>", e.g. "population/person"',
  );
export const dateSchema = z.iso.date('expected a date, e.g. "2026-07-01"');
export const momentSchema = z.iso.datetime({
  offset: true,
  error: 'expected a moment with its zone, e.g. "2026-07-01T00:00:00+08:00"',
});
export const sentenceSchema = z.string().trim().min(1, 'expected some words');
