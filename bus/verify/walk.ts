/**
 * Finds the keys in which two sides differ at this moment: chunk by chunk in key order, one digest
 * of each side per chunk, and row digests only of chunks that differ. Takes no lock, so what it
 * finds may be a change on its way; `settle.ts` tells the two apart.
 */
import type { KeyRange, KeyText, Side } from './side.ts';
import { boundaryOf, digestOf, rowsIn, type RangeDigest, type RowDigests } from './statements.ts';

export type Pair = { readonly source: Side; readonly view: Side };

export type DifferingChunk = {
  /** Keys that stand on one side only, or with another digest. */
  readonly keys: readonly KeyText[];
};

export type Walked = {
  sourceRows: number;
  viewRows: number;
  chunks: number;
};

export const CHUNK_ROWS = 2_000;

/**
 * Yields every chunk that differs, in key order, and counts into `walked`. The first chunk is open
 * below and the last above, so rows that only the view has are met too.
 */
export async function* differingChunks(
  pair: Pair,
  walked: Walked,
  { chunkRows = CHUNK_ROWS }: { readonly chunkRows?: number } = {},
): AsyncGenerator<DifferingChunk> {
  let after: KeyText | undefined;
  for (;;) {
    const upTo = await boundaryOf(pair.source, after ? { after } : {}, chunkRows);
    const range = { ...(after ? { after } : {}), ...(upTo ? { upTo } : {}) };
    yield* compareRange(pair, range, { walked, chunkRows });
    if (!upTo) return;
    after = upTo;
  }
}

type Progress = { readonly walked: Walked; readonly chunkRows: number };

async function* compareRange(
  pair: Pair,
  range: KeyRange,
  progress: Progress,
): AsyncGenerator<DifferingChunk> {
  const [source, view] = await digests(pair, range);
  const { walked, chunkRows } = progress;
  if (source.rows === view.rows && source.sum === view.sum) return count(walked, source, view);
  // A side that has far more rows here is cut by its own keys first.
  const crowded = view.rows > 2 * chunkRows ? pair.view : pair.source;
  if (view.rows > 2 * chunkRows || source.rows > 2 * chunkRows) {
    const middle = await boundaryOf(crowded, range, chunkRows);
    if (middle && middle.join() !== range.upTo?.join()) {
      yield* compareRange(pair, { ...range, upTo: middle }, progress);
      return yield* compareRange(pair, { ...range, after: middle }, progress);
    }
  }
  count(walked, source, view);
  const [atSource, inView] = await Promise.all([
    rowsIn(pair.source, range),
    rowsIn(pair.view, range),
  ]);
  const keys = differingKeys(atSource, inView);
  if (keys.length > 0) yield { keys };
}

function digests(pair: Pair, range: KeyRange): Promise<[RangeDigest, RangeDigest]> {
  return Promise.all([digestOf(pair.source, range), digestOf(pair.view, range)]);
}

function count(walked: Walked, source: RangeDigest, view: RangeDigest): void {
  walked.sourceRows += source.rows;
  walked.viewRows += view.rows;
  walked.chunks++;
}

/** Keys of either side that the other does not have with the same digest. */
export function differingKeys(a: RowDigests, b: RowDigests): KeyText[] {
  const found: KeyText[] = [];
  for (const [id, { key, digest }] of a) if (b.get(id)?.digest !== digest) found.push(key);
  for (const [id, { key }] of b) if (!a.has(id)) found.push(key);
  return found;
}
