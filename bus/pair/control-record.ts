/** What control records of a pair topic say, as JSON in their `control` field. */
import { z } from 'zod';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** From here on rows of a whole copy follow, until BACKFILL_END; those of an earlier generation no longer count. */
export const backfillStart = z.object({ generation: z.int().min(1) });

/** The copy of this generation is complete when counts and hash agree over all partitions. */
export const backfillEnd = z.object({
  generation: z.int().min(1),
  /** UPSERT records since BACKFILL_START, over all partitions. */
  rows: z.int().min(0),
  keySetHash: hash,
});

/** Everything since the last CUTOFF (or BACKFILL_END) is the net change up to this cut. */
export const cutoff = z.object({
  /** The date of the cut-off, in the time zone of the agreement. */
  day: z.iso.date(),
  /** The hub's transaction order at the cut. */
  cutVersion: z.int().min(0),
  upserts: z.int().min(0),
  deletes: z.int().min(0),
  /** Of all keys changed, over all partitions. */
  keySetHash: hash,
  /** How far each source had come, ms; those known. */
  watermarks: z.record(z.string(), z.int()),
  /** SHA-256 of the manifest before this one as text; null for the first. */
  previous: hash.nullable(),
});

/** Nothing follows: the agreement ended; the copy is to be purged and a receipt given. */
export const end = z.object({
  reason: z.enum(['revoked', 'expired', 'superseded']),
  at: z.iso.datetime({ offset: true }),
});

export type BackfillStart = z.output<typeof backfillStart>;
export type BackfillEnd = z.output<typeof backfillEnd>;
export type Cutoff = z.output<typeof cutoff>;
export type End = z.output<typeof end>;
