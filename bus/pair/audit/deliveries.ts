/**
 * What left for one pair, as the archive tells it: how much, of which range, under which content,
 * and the hash of the set of keys. No key and no value is in the archive, so none can be shown.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { BusError } from '../../base/errors.ts';
import { archiveFiles, linesOf } from './files.ts';
import { parseLine } from './line.ts';

const account = z.object({
  agreement: z.string(),
  contentHash: z.string(),
  generation: z.int(),
  topic: z.string(),
  partition: z.int(),
  /** The range of the view topic that it came from, half-open. */
  from: z.string(),
  next: z.string(),
  upserts: z.int(),
  deletes: z.int(),
  faults: z.int(),
  /** Control records, each in every partition of the pair's topic; accounts of before lack them. */
  controls: z.array(z.string()).default([]),
  keySetHash: z.string(),
});
const auditRecord = z.object({ at: z.string(), shard: z.int(), pairs: z.array(account) });

export type Delivery = Readonly<z.infer<typeof account>> & {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Of its record in the audit topic. */
  readonly offset: string;
};

export type DeliveryDay = {
  readonly day: string;
  readonly transactions: number;
  readonly upserts: number;
  readonly deletes: number;
  readonly faults: number;
  readonly contentHashes: readonly string[];
};

/** In the order of the archive. Throws AUDIT_ARCHIVE_BROKEN. */
export async function* deliveriesOf(
  folder: string,
  { agreement, day }: { readonly agreement: string; readonly day?: string },
): AsyncGenerator<Delivery> {
  for (const { name } of await archiveFiles(folder)) {
    for await (const { number, bytes, isWhole } of linesOf(join(folder, name))) {
      if (!isWhole) continue; // It is being written.
      const line = parseLine(bytes);
      if (typeof line === 'string') throw broken(name, number, line);
      if (line.kind !== 'record') continue;
      const read = auditRecord.safeParse(jsonOf(line.record));
      if (!read.success) throw broken(name, number, 'its record is not one of the gateway');
      const { at, pairs } = read.data;
      if (day !== undefined && !at.startsWith(day)) continue;
      for (const one of pairs)
        if (one.agreement === agreement) yield { ...one, at, offset: line.offset };
    }
  }
}

export async function deliveryDays(
  deliveries: AsyncIterable<Delivery>,
): Promise<readonly DeliveryDay[]> {
  const days = new Map<string, DeliveryDay>();
  for await (const { at, upserts, deletes, faults, contentHash } of deliveries) {
    const day = at.slice(0, 10);
    const known = days.get(day);
    days.set(day, {
      day,
      transactions: (known?.transactions ?? 0) + 1,
      upserts: (known?.upserts ?? 0) + upserts,
      deletes: (known?.deletes ?? 0) + deletes,
      faults: (known?.faults ?? 0) + faults,
      contentHashes: [...new Set([...(known?.contentHashes ?? []), contentHash])],
    });
  }
  return [...days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function broken(file: string, line: number, why: string): BusError {
  return new BusError('AUDIT_ARCHIVE_BROKEN', { file, line, why });
}
