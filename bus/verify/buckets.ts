/**
 * For sources that do not keep their key in byte order (another collation, an enumeration): rows
 * are put into buckets by a digest of their key, which needs no common order. Each side is read
 * whole, once for the digests of all buckets and once for the rows of those that differ.
 */
import { must } from '../base/assert.ts';
import { rowDigest, valuePart, type KeyCondition, type Side } from './side.ts';
import { rowsWhere, unsigned, type RangeDigest } from './statements.ts';
import { CHUNK_ROWS, differingKeys, type DifferingChunk, type Pair, type Walked } from './walk.ts';

const DIGITS_MAX = 4;
const BUCKETS_AT_ONCE = 16;

/** As `differingChunks`, in no order. */
export async function* differingBuckets(
  pair: Pair,
  walked: Walked,
  { chunkRows = CHUNK_ROWS }: { readonly chunkRows?: number } = {},
): AsyncGenerator<DifferingChunk> {
  const digits = digitsFor(await countOf(pair.source), chunkRows);
  const [source, view] = await Promise.all([
    bucketsOf(pair.source, digits),
    bucketsOf(pair.view, digits),
  ]);
  const names = [...new Set([...source.keys(), ...view.keys()])].sort();
  for (const { rows } of source.values()) walked.sourceRows += rows;
  for (const { rows } of view.values()) walked.viewRows += rows;
  walked.chunks += names.length;
  const differing = names.filter((name) => !isSame(source.get(name), view.get(name)));
  for (let from = 0; from < differing.length; from += BUCKETS_AT_ONCE) {
    const some = differing.slice(from, from + BUCKETS_AT_ONCE);
    const [atSource, inView] = await Promise.all(
      [pair.source, pair.view].map((side) => rowsWhere(side, inBuckets(side, digits, some))),
    );
    const keys = differingKeys(must(atSource, 'both sides'), must(inView, 'both sides'));
    if (keys.length > 0) yield { keys };
  }
}

function digitsFor(rows: number, chunkRows: number): number {
  const wanted = Math.ceil(Math.log(Math.max(1, rows / chunkRows)) / Math.log(16));
  return Math.min(DIGITS_MAX, Math.max(1, wanted));
}

async function countOf(side: Side): Promise<number> {
  const [row] = await side.session.query<{ n: number | string }>(
    `SELECT COUNT(*) AS n ${side.rows(() => '1 = 1')}`,
  );
  return Number(row?.n ?? 0);
}

async function bucketsOf(side: Side, digits: number): Promise<ReadonlyMap<string, RangeDigest>> {
  const rows = await side.session.query<Record<'bucket' | 'n' | 'a' | 'b', string | number>>(
    `SELECT bucket, ${side.dialect.aggregates} FROM (SELECT ${bucket(side, digits)} AS bucket, ${rowDigest(side)} AS d ${side.rows(() => '1 = 1')}) AS digests GROUP BY bucket`,
  );
  return new Map(
    rows.map(({ bucket: name, n, a, b }) => [
      String(name),
      { rows: Number(n), sum: `${unsigned(a)}.${unsigned(b)}` },
    ]),
  );
}

function isSame(a: RangeDigest | undefined, b: RangeDigest | undefined): boolean {
  return a?.rows === b?.rows && a?.sum === b?.sum;
}

function bucket({ dialect, key }: Side, digits: number): string {
  const text = dialect.concat(key.map((column) => valuePart(dialect, column)));
  return `SUBSTR(${dialect.md5(text)}, 1, ${digits})`;
}

function inBuckets(side: Side, digits: number, names: readonly string[]): KeyCondition {
  return () => `${bucket(side, digits)} IN (${names.map((name) => `'${name}'`).join(', ')})`;
}
