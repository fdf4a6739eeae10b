/** What a run wrote: per pair how many records, and a fingerprint of their keys and values. */
import { createHash } from 'node:crypto';
import type { KafkaBus } from '../../bus/kafka/kafka.ts';
import { KeySet } from '../../bus/pair/key-set.ts';
import type { LeasedPairs } from './side-settings.ts';

export type Outputs = ReadonlyMap<string, { readonly count: number; readonly hash: string }>;

const TOPICS_AT_ONCE = 50;
const LIMITS = { waitMs: 0, bytesMax: 33_554_432, bytesPerPartitionMax: 4_194_304 };

/** Reads every committed record of the pairs' topics; by agreement. */
export async function outputsOf(kafka: KafkaBus, pairs: LeasedPairs): Promise<Outputs> {
  const outputs = new Map<string, { readonly count: number; readonly hash: string }>();
  const [admin, reader] = await Promise.all([kafka.admin(), kafka.reader()]);
  try {
    for (let from = 0; from < pairs.length; from += TOPICS_AT_ONCE) {
      const some = pairs.slice(from, from + TOPICS_AT_ONCE);
      const agreements = new Map(some.map(({ pair }) => [pair.topic.name, pair.agreement.id]));
      const sets = new Map(some.map(({ pair }) => [pair.topic.name, new KeySet()]));
      let open = (await admin.offsets([...agreements.keys()])).map(({ topic, partition, end }) => ({
        topic,
        partition,
        end,
        offset: 0n,
      }));
      while ((open = open.filter(({ offset, end }) => offset < end)).length > 0) {
        const ranges = await reader.fetch(open, LIMITS);
        open = open.map((one, at) => {
          const range = ranges[at];
          for (const record of range?.records ?? []) sets.get(one.topic)?.addDigest(digest(record));
          return { ...one, offset: range?.nextOffset ?? one.offset };
        });
      }
      for (const [topic, { count, hash }] of sets)
        outputs.set(agreements.get(topic) ?? topic, { count, hash });
    }
    return outputs;
  } finally {
    await Promise.all([admin.close(), reader.close()]);
  }
}

export function sameOutputs(one: Outputs, other: Outputs): boolean {
  return (
    one.size === other.size &&
    [...one].every(([agreement, { count, hash }]) => {
      const found = other.get(agreement);
      return found?.count === count && found.hash === hash;
    })
  );
}

function digest({ key, value }: { readonly key: Buffer | null; readonly value: Buffer | null }) {
  const hash = createHash('sha256');
  hash.update(`${key?.length ?? -1} `);
  if (key) hash.update(key);
  if (value) hash.update(value);
  return hash.digest();
}
