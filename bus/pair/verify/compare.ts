/**
 * Compares two sides whose orders differ, because a token sorts otherwise than what it stands for:
 * every row is added to one of many buckets by its key, and only buckets that differ are read again
 * row by row. Memory is bounded by the buckets and by the limit on rows looked at again.
 */
import { createHash } from 'node:crypto';
import type { DeliveredRow, HubSide, RowSide } from './rows.ts';

const BUCKETS = 4_096;
const SUM_BYTES = 16;

/** Rows of differing buckets that are held at once; with more, comparing is cut. */
export const SUSPECT_ROWS_MAX = 200_000;

export type Sides = { readonly hub: HubSide; readonly copy: RowSide };

export type Compared = {
  readonly hubRows: number;
  readonly copyRows: number;
  /** Rows of the hub that no rule or mask could judge. */
  readonly faults: number;
  /** Ids of keys that differ at this moment: wrong, or on their way. */
  readonly suspects: ReadonlySet<string>;
  /** More may differ: not all that differs was looked at. */
  readonly isCut: boolean;
};

export async function compareSides({ hub, copy }: Sides): Promise<Compared> {
  const [expected, held] = [new Buckets(), new Buckets()];
  const faults = await hub.each((row) => expected.add(row));
  await copy.each((row) => held.add(row));
  const { differing, isCut } = expected.differing(held);
  const counts = { hubRows: expected.rows, copyRows: held.rows, faults };
  if (differing.size === 0) return { ...counts, suspects: new Set(), isCut };
  const isSuspect = ({ id }: DeliveredRow) => differing.has(bucketOf(id));
  const [before, found] = await Promise.all([rowsOf(hub, isSuspect), rowsOf(copy, isSuspect)]);
  const ids = [...new Set([...before.keys(), ...found.keys()])];
  const suspects = new Set(ids.filter((id) => !sameRow(before.get(id), found.get(id))));
  return { ...counts, suspects, isCut };
}

/** Rows of one side that `isWanted`, by id. */
export async function rowsOf(
  side: { each(take: (row: DeliveredRow) => void): Promise<unknown> },
  isWanted: (row: DeliveredRow) => boolean,
): Promise<Map<string, DeliveredRow>> {
  const rows = new Map<string, DeliveredRow>();
  await side.each((row) => {
    if (isWanted(row)) rows.set(row.id, row);
  });
  return rows;
}

export function sameRow(a: DeliveredRow | undefined, b: DeliveredRow | undefined): boolean {
  return stateOf(a) === stateOf(b);
}

/** All of a row as one text; an absent one has the empty text. */
export function stateOf(row: DeliveredRow | undefined): string {
  return row ? row.prints.join() : '';
}

function bucketOf(id: string): number {
  return Buffer.from(id, 'base64').readUInt16BE(0) % BUCKETS;
}

class Buckets {
  readonly #sums = Buffer.alloc(BUCKETS * SUM_BYTES);
  readonly #counts = new Uint32Array(BUCKETS);
  rows = 0;

  add(row: DeliveredRow): void {
    const bucket = bucketOf(row.id);
    const digest = createHash('sha256')
      .update(`${row.id},${stateOf(row)}`)
      .digest();
    const at = bucket * SUM_BYTES;
    for (let byte = 0; byte < SUM_BYTES; byte++)
      this.#sums[at + byte] = (this.#sums[at + byte] ?? 0) ^ (digest[byte] ?? 0);
    this.#counts[bucket] = this.#count(bucket) + 1;
    this.rows++;
  }

  /** Buckets that differ from `other`'s, as many as may be looked at row by row. */
  differing(other: Buckets): { readonly differing: ReadonlySet<number>; readonly isCut: boolean } {
    const differing = new Set<number>();
    let held = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (this.#isSame(other, bucket)) continue;
      held += this.#count(bucket) + other.#count(bucket);
      if (held > SUSPECT_ROWS_MAX && differing.size > 0) return { differing, isCut: true };
      differing.add(bucket);
    }
    return { differing, isCut: false };
  }

  #isSame(other: Buckets, bucket: number): boolean {
    const [from, to] = [bucket * SUM_BYTES, (bucket + 1) * SUM_BYTES];
    const isEqual = this.#sums.subarray(from, to).equals(other.#sums.subarray(from, to));
    return isEqual && this.#count(bucket) === other.#count(bucket);
  }

  #count(bucket: number): number {
    return this.#counts[bucket] ?? 0;
  }
}
