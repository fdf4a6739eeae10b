/**
 * What left and what was accounted for it: the records of every pair's topic beside the sums of the
 * audit topic, both as a read-committed reader sees them. They have to be the same.
 */
import { expect } from 'vitest';
import type { KafkaBus, RawRecord } from '../../../bus/kafka/kafka.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import { pairDecoder, type PairDecoder, type PairRecord } from '../../../bus/pair/record.ts';

/** Fails unless every record in the pair's topic stands in an account, and nothing else does. */
export async function allAccounted(
  { kafka: { bus } }: { readonly kafka: { readonly bus: KafkaBus } },
  pairs: readonly CompiledPair[],
): Promise<void> {
  const id = pairs[0]?.agreement.id ?? '';
  const left = await recordsThatLeft(bus, pairs);
  expect(Object.keys(left).join(), `records of ${id}`).toContain('BACKFILL_END');
  expect(await recordsAccounted(bus, id), `accounts of ${id}`).toEqual(left);
}

type Sums = Readonly<Record<string, number>>;

/** Records by "hash generation KIND"; `pairs` are all versions of one agreement with one partition. */
async function recordsThatLeft(bus: KafkaBus, pairs: readonly CompiledPair[]): Promise<Sums> {
  const sums = new Map<string, number>();
  const decoders = pairs.map((pair) => pairDecoder(pair));
  for (const { value } of await recordsOf(bus, pairs[0]?.topic.name ?? '')) {
    const { kind, agreement, generation } = decode(decoders, value);
    add(sums, `${hashOf(agreement)} ${generation} ${kind}`, 1);
  }
  return sorted(sums);
}

type Account = {
  readonly agreement: string;
  readonly contentHash: string;
  readonly generation: number;
  readonly upserts: number;
  readonly deletes: number;
  readonly controls?: readonly string[];
};

/** The same out of the accounts of `agreement`. */
async function recordsAccounted(bus: KafkaBus, agreement: string): Promise<Sums> {
  const sums = new Map<string, number>();
  for (const { value } of await recordsOf(bus, 'gateway.audit')) {
    const { pairs } = JSON.parse(String(value)) as { readonly pairs: readonly Account[] };
    for (const one of pairs.filter((account) => account.agreement === agreement)) {
      const place = `${one.contentHash} ${one.generation}`;
      add(sums, `${place} UPSERT`, one.upserts);
      add(sums, `${place} DELETE`, one.deletes);
      for (const kind of one.controls ?? []) add(sums, `${place} ${kind}`, 1);
    }
  }
  return sorted(sums);
}

function decode(decoders: readonly PairDecoder[], value: Buffer | null): PairRecord {
  if (value === null) throw new Error('a record without a value');
  for (const decoder of decoders) {
    try {
      const record = decoder.value(value);
      if (hashOf(record.agreement) === decoder.contentHash) return record;
    } catch {
      // Of another version.
    }
  }
  throw new Error('a record of no known version');
}

function hashOf(agreement: Buffer): string {
  return `$1$${agreement.toString('base64url')}`;
}

async function recordsOf(bus: KafkaBus, topic: string): Promise<readonly RawRecord[]> {
  const reader = await bus.reader();
  const records: RawRecord[] = [];
  for (let offset = 0n; ;) {
    const [range] = await reader.fetch([{ topic, partition: 0, offset }], { waitMs: 0 });
    records.push(...(range?.records ?? []));
    if (!range || range.nextOffset === offset) break;
    offset = range.nextOffset;
  }
  await reader.close();
  return records;
}

function add(sums: Map<string, number>, name: string, count: number): void {
  if (count > 0) sums.set(name, (sums.get(name) ?? 0) + count);
}

function sorted(sums: ReadonlyMap<string, number>): Sums {
  return Object.fromEntries([...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
