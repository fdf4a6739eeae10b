/**
 * The audit topic beside the archive: for each archived record what the topic has at its offset,
 * and what the topic has that the archive passed over. What is older than the log's start cannot be
 * compared any more, and is counted.
 */
import { BusError } from '../../base/errors.ts';
import type { KafkaBus, LogReader, RawRecord } from '../../kafka/kafka.ts';
import { GATEWAY } from '../access.ts';
import { recordContent, type RecordLine } from './line.ts';

const FETCH = { waitMs: 1_000, bytesMax: 4_194_304, bytesPerPartitionMax: 4_194_304 } as const;

export type TopicComparison = {
  /**
   * How the archived record differs; told of lines in the order of their offsets. `afterBroken`: a
   * line before it could not be read, so that what lies between is not missing by itself.
   */
  readonly compare: (line: RecordLine, afterBroken?: boolean) => Promise<readonly string[]>;
  /** Committed records after the last one compared, as of now. */
  waiting(): Promise<number>;
  readonly compared: number;
  /** Archived records that are no longer in the log. */
  readonly older: number;
  close(): Promise<void>;
};

export async function openTopicComparison(
  kafka: Pick<KafkaBus, 'reader'>,
  topic: string = GATEWAY.auditTopic,
): Promise<TopicComparison> {
  const log = new TopicLog(await kafka.reader(), topic);
  const figures = { compared: 0, older: 0 };
  let begun = false;
  return {
    get compared() {
      return figures.compared;
    },
    get older() {
      return figures.older;
    },
    async compare(line, afterBroken = false) {
      const offset = BigInt(line.offset);
      if (!begun) await log.beginAt(offset);
      begun = true;
      if (offset < log.start) {
        figures.older++;
        return [];
      }
      figures.compared++;
      const faults: string[] = [];
      for (;;) {
        const record = await log.peek();
        if (!record || record.offset > offset)
          return [...faults, `the topic has no record at offset ${offset}`];
        log.drop();
        if (record.offset === offset) return [...faults, ...differences(line, record)];
        if (!afterBroken)
          faults.push(`the topic's record at offset ${record.offset} is missing before it`);
      }
    },
    async waiting() {
      if (!begun) await log.beginAt(0n);
      begun = true;
      let count = 0;
      for (; await log.peek(); log.drop()) count++;
      return count;
    },
    close: () => log.close(),
  };
}

function differences(line: RecordLine, record: RawRecord): readonly string[] {
  const there = recordContent(record);
  const fields = ['timestampMs', 'key', 'record', 'encoding'] as const;
  return fields.every((field) => line[field] === there[field])
    ? []
    : [`the topic says otherwise at offset ${record.offset}`];
}

/** Committed records one by one, up to the end that the first fetch told. */
class TopicLog {
  readonly #reader: LogReader;
  readonly #topic: string;
  #records: RawRecord[] = [];
  #next = 0n;
  #end: bigint | undefined;
  start = 0n;

  constructor(reader: LogReader, topic: string) {
    this.#reader = reader;
    this.#topic = topic;
  }

  async beginAt(offset: bigint): Promise<void> {
    this.#next = offset;
    await this.#fetch();
  }

  async peek(): Promise<RawRecord | undefined> {
    while (this.#records.length === 0 && this.#next < (this.#end ?? 0n)) await this.#fetch();
    return this.#records[0];
  }

  drop(): void {
    this.#records.shift();
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async #fetch(): Promise<void> {
    const position = { topic: this.#topic, partition: 0, offset: this.#next };
    const [range] = await this.#reader.fetch([position], FETCH);
    if (range?.fault === 'out-of-range') {
      this.start = range.logStart;
      this.#end ??= range.end;
      this.#next = range.logStart > this.#next ? range.logStart : range.end;
      return;
    }
    if (!range || range.fault)
      throw new BusError('KAFKA_UNREACHABLE', {
        what: `read ${this.#topic}`,
        why: range?.fault ?? 'nothing',
      });
    this.#end ??= range.end;
    this.#records.push(...range.records);
    this.#next = range.nextOffset;
  }
}
