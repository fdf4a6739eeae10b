/**
 * The archiver: reads the audit topic from where the archive ends, appends every record, on the
 * disk before anything is noted, and notes in the control database how far it is. Never skips: an
 * offset that is gone, a topic that was made again or an archive that lost lines stops it loudly,
 * and with it, after a while, delivery (gateway/lease.ts). Works beside a second one without harm.
 */
import { type Clock, systemClock } from '../../base/clock.ts';
import { BusError, messageOf, reactionTo } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { OrgSigningKey } from '../../agreement/signature/keys.ts';
import { type ArchiveHead, type ArchiveMove, moveArchiveHead } from '../../control/archive-head.ts';
import type { FetchedRange, KafkaAdmin, KafkaBus, LogReader } from '../../kafka/kafka.ts';
import type { SqlDatabase } from '../../sql/sql.ts';
import { GATEWAY } from '../access.ts';
import { Archive } from './archive.ts';

export const ARCHIVER = {
  fetchWaitMs: 500,
  fetchBytesMax: 4_194_304,
  fileBytesMax: 67_108_864,
  /** A head is signed so soon after a record; with the wait of a fetch still below 10 s. */
  headEveryMs: 5_000,
  /** How often it is noted that nothing is missing although nothing came. */
  beatMs: 2_000,
  /** How often the topic is asked whether it is still the same. */
  topicEveryMs: 10_000,
  retryMs: 1_000,
  /** The same after something that a person has to settle. */
  refusedMs: 5_000,
} as const;

export type ArchiverLimits = { readonly [name in keyof typeof ARCHIVER]: number };

/** Where it is noted how far the archive is: one holder of it at a time. */
export type HeadNotes = {
  move(work: (head: ArchiveHead) => Promise<ArchiveMove>): Promise<void>;
};

export type ArchiverOptions = {
  /** As one who may read the audit topic. */
  readonly kafka: Pick<KafkaBus, 'reader'>;
  readonly admin: Pick<KafkaAdmin, 'describeTopics'>;
  readonly heads: HeadNotes;
  readonly folder: string;
  /** The bus's own. */
  readonly key: OrgSigningKey;
  readonly log: Log;
  /** Default: the gateway's. */
  readonly topic?: string;
  readonly clock?: Clock;
  readonly limits?: Partial<ArchiverLimits>;
};

export type ArchiverFigures = {
  /** Records archived by this process. */
  readonly archived: number;
  /** 1 while it cannot go on. */
  readonly archiveHeld: number;
};

export function sqlHeads(db: SqlDatabase): HeadNotes {
  return { move: (work) => moveArchiveHead(db, work) };
}

/** Another archiver wrote: this one looks again where the archive ends. */
class Moved extends Error {}

type Opened = { readonly archive: Archive; next: bigint; isNoted: boolean };

export class Archiver {
  readonly #options: ArchiverOptions;
  readonly #topic: string;
  readonly #clock: Clock;
  readonly #limits: ArchiverLimits;
  #opened: Opened | undefined;
  #reader: LogReader | undefined;
  #topicId = '';
  #topicAskedAt = Number.NEGATIVE_INFINITY;
  #signedAt = Number.NEGATIVE_INFINITY;
  #notedAt = Number.NEGATIVE_INFINITY;
  #trouble: string | undefined;
  #archived = 0;

  constructor(options: ArchiverOptions) {
    this.#options = options;
    this.#topic = options.topic ?? GATEWAY.auditTopic;
    this.#clock = options.clock ?? systemClock;
    this.#limits = { ...ARCHIVER, ...options.limits };
  }

  get figures(): ArchiverFigures {
    return { archived: this.#archived, archiveHeld: Number(this.#trouble !== undefined) };
  }

  /** Works until `signal` fires, signs what is unsigned and resolves; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#attempt();
      if (waitMs > 0) await this.#clock.sleep(waitMs, signal).catch(() => undefined);
    }
    await this.close();
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    if (opened && opened.archive.stand.unsigned > 0)
      await this.#note(opened, { sign: true }).catch((error: unknown) => this.#tell(error));
    this.#opened = undefined;
    await this.#closeReader();
  }

  /** One fetch and what follows from it; answers the offset to read on at. */
  async step(): Promise<bigint> {
    await this.#askTopic();
    const opened = (this.#opened ??= await this.#open());
    this.#reader ??= await this.#options.kafka.reader();
    const askedAt = this.#clock.now();
    const position = { topic: this.#topic, partition: 0, offset: opened.next };
    const { fetchWaitMs: waitMs, fetchBytesMax } = this.#limits;
    const [range] = await this.#reader.fetch([position], {
      waitMs,
      bytesMax: fetchBytesMax,
      bytesPerPartitionMax: fetchBytesMax,
    });
    if (range) await this.#take(opened, { range, askedAt });
    return opened.next;
  }

  async #attempt(): Promise<number> {
    try {
      await this.step();
      if (this.#trouble !== undefined) this.#options.log.info({}, 'audit archive goes on');
      this.#trouble = undefined;
      return 0;
    } catch (error) {
      this.#opened = undefined;
      await this.#closeReader();
      if (error instanceof Moved) return 0;
      this.#tell(error);
      return reactionTo(error) === 'stop' ? this.#limits.refusedMs : this.#limits.retryMs;
    }
  }

  #tell(error: unknown): void {
    const message = messageOf(error);
    if (this.#trouble === message) return;
    this.#trouble = message;
    const level = reactionTo(error) === 'retry' ? 'warn' : 'error';
    this.#options.log[level](
      { error: message },
      'audit archive does not go on; delivery stops when this lasts',
    );
  }

  async #open(): Promise<Opened> {
    const { folder, key } = this.#options;
    const { fileBytesMax } = this.#limits;
    const archive = await Archive.open({ folder, fileBytesMax, topic: this.#topic, key });
    const { offset, topicId, hash } = archive.stand;
    this.#sameTopic(topicId);
    let next = offset === undefined ? 0n : offset + 1n;
    await this.#options.heads.move(async (head) => {
      await this.#requireOurs(archive, head);
      // Markers behind the last record were passed too, and may be gone from the log by now.
      if (head.hash === hash && head.nextOffset > next) next = head.nextOffset;
      return { ...head, completeAgoMs: undefined };
    });
    return { archive, next, isNoted: false };
  }

  async #askTopic(): Promise<void> {
    const now = this.#clock.now();
    if (now - this.#topicAskedAt < this.#limits.topicEveryMs) return;
    const [state] = await this.#options.admin.describeTopics([this.#topic]);
    if (!state) throw unreadable(this.#topic, 'it is not there yet');
    this.#topicId = state.topicId;
    this.#sameTopic(this.#opened?.archive.stand.topicId);
    this.#topicAskedAt = now;
  }

  #sameTopic(was: string | undefined): void {
    if (was === undefined || was === this.#topicId) return;
    const now = this.#topicId;
    throw new BusError('AUDIT_TOPIC_REPLACED', { topic: this.#topic, was, now });
  }

  async #take(
    opened: Opened,
    { range, askedAt }: { readonly range: FetchedRange; readonly askedAt: number },
  ): Promise<void> {
    requireWhole(range, opened.next);
    const isComplete = range.nextOffset >= range.end;
    const now = this.#clock.now();
    const isNews = range.nextOffset > opened.next;
    const unsigned = opened.archive.stand.unsigned + range.records.length;
    const sign = unsigned > 0 && now - this.#signedAt >= this.#limits.headEveryMs;
    const isBeat = !opened.isNoted || now - this.#notedAt >= this.#limits.beatMs;
    if (!isNews && !sign && !isBeat) return;
    await this.#note(opened, { range, sign, ...(isComplete ? { completeAt: askedAt } : {}) });
  }

  /** Adds lines and notes the stand, both while nobody else may. */
  async #note(
    opened: Opened,
    {
      range,
      sign,
      completeAt,
    }: {
      readonly range?: FetchedRange;
      readonly sign: boolean;
      readonly completeAt?: number;
    },
  ): Promise<void> {
    const { archive } = opened;
    const records = range?.records ?? [];
    const next = range?.nextOffset ?? opened.next;
    const nowMs = this.#clock.now();
    await this.#options.heads.move(async (head) => {
      await this.#requireOurs(archive, head);
      if (records.length > 0 || sign)
        await archive.append({ records, topicId: this.#topicId, sign, nowMs });
      return {
        nextOffset: next > head.nextOffset ? next : head.nextOffset,
        hash: archive.stand.hash ?? '',
        atMs: records.length > 0 || sign ? nowMs : head.atMs,
        completeAgoMs: completeAt === undefined ? undefined : this.#clock.now() - completeAt,
      };
    });
    archive.forgetOlder();
    opened.isNoted = true;
    opened.next = next;
    this.#archived += records.length;
    this.#notedAt = nowMs;
    if (sign) this.#signedAt = nowMs;
  }

  async #requireOurs(archive: Archive, head: ArchiveHead): Promise<void> {
    if (await archive.wasMoved()) throw new Moved();
    if (head.hash === '' || archive.holds(head.hash)) return;
    throw new BusError('AUDIT_ARCHIVE_LOST', {
      folder: this.#options.folder,
      offset: head.nextOffset - 1n,
    });
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.close();
  }
}

/** Throws where something between `next` and what was read is gone. */
function requireWhole(range: FetchedRange, next: bigint): void {
  const { topic, fault, missing, logStart, end, nextOffset } = range;
  if (fault === 'absent' || fault === 'denied') throw unreadable(topic, fault);
  if (missing !== undefined)
    throw new BusError('AUDIT_GAP', { topic, from: missing, to: nextOffset - 1n });
  if (fault === undefined) return;
  // Older ones were deleted, or the log lost its end, which had been read.
  const [from, to] = logStart > next ? [next, logStart - 1n] : [end, next - 1n];
  throw new BusError('AUDIT_GAP', { topic, from, to });
}

function unreadable(topic: string, why: string): BusError {
  return new BusError('KAFKA_UNREACHABLE', { what: `read ${topic}`, why });
}
