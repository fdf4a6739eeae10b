/** An archiver over the in-memory broker and a note in memory, with everything a crash can leave. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSigningKey, publicKeyOf } from '../../../bus/agreement/signature/keys.ts';
import { ManualClock } from '../../../bus/base/clock.ts';
import { silentLog, type Log } from '../../../bus/base/log.ts';
import type { ArchiveHead } from '../../../bus/control/archive-head.ts';
import { createFakeKafka } from '../../../bus/kafka/fake/fake-kafka.ts';
import type { KafkaBus } from '../../../bus/kafka/kafka.ts';
import { Archiver, type ArchiverLimits, type HeadNotes } from '../../../bus/pair/audit/archiver.ts';
import { archiveFiles } from '../../../bus/pair/audit/files.ts';
import { openTopicComparison } from '../../../bus/pair/audit/compare-topic.ts';
import { type ArchiveReport, verifyArchive } from '../../../bus/pair/audit/verify-archive.ts';

export const AUDIT_TOPIC = 'gateway.audit';
export const busKey = await newSigningKey('CIVICBUS');

export class MemoryHeads implements HeadNotes {
  head: ArchiveHead = { nextOffset: 0n, hash: '', atMs: 0 };
  completeMoves = 0;
  /** Thrown after the work was done and before it is noted: a crash between the two. */
  failure: Error | undefined;

  #turn: Promise<void> = Promise.resolve();

  move(work: Parameters<HeadNotes['move']>[0]): Promise<void> {
    const turn = this.#turn.then(() => this.#move(work));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #move(work: Parameters<HeadNotes['move']>[0]): Promise<void> {
    const { completeAgoMs, ...head } = await work(this.head);
    if (this.failure) throw this.failure;
    this.head = head;
    if (completeAgoMs !== undefined) this.completeMoves++;
  }
}

export type AuditWorld = ReturnType<typeof auditWorld>;

export function auditWorld(
  folder: string,
  { limits = {}, log = silentLog }: { limits?: Partial<ArchiverLimits>; log?: Log } = {},
) {
  const fake = createFakeKafka();
  const heads = new MemoryHeads();
  const clock = new ManualClock(Date.parse('2026-11-22T08:00:00Z'));
  let kafka: Pick<KafkaBus, 'reader'> = fake.bus;
  fake.createTopic(AUDIT_TOPIC);
  const archiver = async () =>
    new Archiver({
      kafka,
      admin: await fake.bus.admin(),
      heads,
      folder,
      key: busKey,
      log,
      clock,
      limits: { fetchWaitMs: 1, topicEveryMs: 0, ...limits },
    });
  return {
    fake,
    heads,
    clock,
    folder,
    archiver,
    reading(other: Pick<KafkaBus, 'reader'>) {
      kafka = other;
    },
    /** One transaction, its marker included. */
    audit(...texts: readonly (string | Buffer)[]) {
      const records = texts.map((value) => ({ value, timestampMs: clock.now() }));
      fake.appendTransaction({ topic: AUDIT_TOPIC, partition: 0 }, records);
    },
    /** One whole life of an archiver: everything there is, and the last head. */
    async archiveAll() {
      const one = await archiver();
      for (let next = -1n; ;) {
        const now = await one.step();
        if (now === next) break;
        next = now;
      }
      await one.close();
    },
    async bytes(): Promise<Buffer> {
      const files = await archiveFiles(folder);
      return Buffer.concat(files.map(({ name }) => readFileSync(join(folder, name))));
    },
    async verify({
      withTopic = true,
      from,
    }: { withTopic?: boolean; from?: string } = {}): Promise<ArchiveReport> {
      const comparison = await openTopicComparison(fake.bus);
      return verifyArchive({
        folder,
        publicKeys: [publicKeyOf(busKey)],
        notedHash: heads.head.hash,
        ...(from === undefined ? {} : { from }),
        ...(withTopic ? { compare: comparison.compare } : {}),
      });
    },
  };
}

/** As the gateway accounts for one transaction. */
export function auditText({
  agreement = 'a',
  at = '2026-11-22T08:00:00.000Z',
  upserts = 1,
}: { agreement?: string; at?: string; upserts?: number } = {}): string {
  const pair = {
    agreement,
    contentHash: '$1$content',
    generation: 1,
    topic: 'view.v.d.t',
    partition: 0,
    upserts,
    deletes: 0,
    faults: 0,
    from: '0',
    next: '1',
    keySetHash: 'ff',
  };
  return JSON.stringify({ at, shard: 0, pairs: [pair] });
}
