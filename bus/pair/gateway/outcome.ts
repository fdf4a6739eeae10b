/**
 * What one transaction of the gateway holds: records for pairs, the account of them, progress.
 * Filled record by record, sent as a whole or not at all.
 */
import { BusError, isBusError } from '../../base/errors.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import type { OutgoingRecord, Sends, TopicPartition } from '../../kafka/kafka.ts';
import { GATEWAY } from '../access.ts';
import { KeySet } from '../key-set.ts';
import type { RecordKind } from '../pair-schema.ts';
import type { Decision } from './bound-pair.ts';
import type { PlannedPair } from './plan.ts';
import { PROGRESS_TOPIC, progressRecord, type ProgressEntry } from './progress.ts';

/** In accounts, in place of a partition: what was read is not one partition of the topic. */
export const WHOLE = -1;

/** The account of what left for one pair out of one range of a view topic. */
type Account = TopicPartition & {
  readonly agreement: string;
  readonly contentHash: string;
  readonly generation: number;
  readonly from: bigint;
  next: bigint;
  upserts: number;
  deletes: number;
  faults: number;
  /** Control records, one of each in every partition of the pair's topic. */
  readonly controls: Control[];
  readonly keys: KeySet;
};

type Control = Exclude<RecordKind, 'UPSERT' | 'DELETE'>;

export class Outcome {
  readonly #shard: number;
  readonly #shards: number;
  readonly #out = new Map<string, OutgoingRecord[]>();
  /** By agreement: one for each partition that it was read from. */
  readonly #accounts = new Map<string, Account[]>();
  readonly #entries: ProgressEntry[] = [];
  readonly #agreements = new Map<string, string>();
  #records = 0;

  constructor(shard: number, shards: number) {
    this.#shard = shard;
    this.#shards = shards;
  }

  /** Records for pairs so far. */
  get records(): number {
    return this.#records;
  }

  /** Whether it says anything but how far was read. */
  get isAccountable(): boolean {
    return this.#accounts.size > 0 || this.#out.size > 0;
  }

  get isEmpty(): boolean {
    return this.#out.size === 0 && this.#entries.length === 0;
  }

  /** Agreements with a part in it, and their content hashes. */
  get agreements(): ReadonlyMap<string, string> {
    return this.#agreements;
  }

  get entries(): readonly ProgressEntry[] {
    return this.#entries;
  }

  /**
   * One decision on a record of `at`, read from `from` on by this transaction; answers the framed
   * key that leaves. Throws KAFKA_TOPIC_REFUSED where it does not fit the pair's schema, so that this pair alone is held.
   */
  deliver(
    { pair, encoder, hash }: PlannedPair,
    decision: Decision,
    about: {
      readonly generation: number;
      readonly sequence: bigint;
      readonly at: TopicPartition;
      readonly from: bigint;
    },
  ): Buffer {
    const { key, value } = encodedFor(pair.topic.name, () => ({
      key: encoder.key(decision.key),
      value: encoder.value({
        kind: decision.kind,
        agreement: hash,
        generation: about.generation,
        version: Number(about.sequence),
        sourceTimeMs: decision.sourceTimeMs,
        row: decision.kind === 'UPSERT' ? (decision.row as readonly ColumnValue[]) : null,
        control: null,
      }),
    }));
    this.#push(pair.topic.name, { key, value });
    this.#agreements.set(pair.agreement.id, pair.agreement.contentHash);
    const account = this.#account(pair.agreement, about);
    account.keys.add(key);
    if (decision.kind === 'UPSERT') account.upserts++;
    else account.deletes++;
    return key;
  }

  /** A record that could not be judged for this pair: it counts as out of scope, and stands in the account. */
  fault(
    { pair }: PlannedPair,
    about: { readonly generation: number; readonly at: TopicPartition; readonly from: bigint },
  ): void {
    this.#account(pair.agreement, about).faults++;
  }

  /** A control record into every partition of the pair's topic; it stands in the account like rows do. */
  control(
    { pair, encoder, hash }: PlannedPair,
    kind: Control,
    {
      generation,
      sequence,
      body,
    }: { readonly generation: number; readonly sequence: bigint; readonly body: object },
  ): void {
    const value = encoder.value({
      kind,
      agreement: hash,
      generation,
      version: Number(sequence),
      sourceTimeMs: null,
      row: null,
      control: JSON.stringify(body),
    });
    // An end is written for what may not deliver any more.
    if (kind !== 'END') this.#agreements.set(pair.agreement.id, pair.agreement.contentHash);
    for (let partition = 0; partition < pair.topic.partitions; partition++)
      this.#push(pair.topic.name, { key: null, value, partition });
    const at = { topic: pair.resource.topic, partition: WHOLE };
    this.#account(pair.agreement, { generation, at, from: 0n }).controls.push(kind);
  }

  /** Notes how far `at` was read, for every account of it. */
  readTo(at: TopicPartition, next: bigint): void {
    for (const account of [...this.#accounts.values()].flat())
      if (account.topic === at.topic && account.partition === at.partition) account.next = next;
  }

  note(entry: ProgressEntry): void {
    this.#entries.push(entry);
  }

  /** Everything, the account included: without it nothing leaves. */
  sends(atMs: number): Sends {
    const sends = [...this.#out].map(([topic, records]) => ({ topic, records }));
    if (this.#accounts.size > 0)
      sends.push({ topic: GATEWAY.auditTopic, records: [this.#audit(atMs)] });
    if (this.#entries.length > 0)
      sends.push({
        topic: PROGRESS_TOPIC,
        records: this.#entries.map((entry) => ({
          ...progressRecord(entry),
          partition: shardOfEntry(entry, { shard: this.#shard, shards: this.#shards }),
        })),
      });
    return sends;
  }

  #audit(atMs: number): OutgoingRecord {
    const pairs = [...this.#accounts.values()]
      .flat()
      .map(({ keys, controls, from, next, ...rest }) => ({
        ...rest,
        ...(controls.length > 0 ? { controls } : {}),
        from: from.toString(),
        next: next.toString(),
        keySetHash: keys.hash,
      }));
    const value = JSON.stringify({ at: new Date(atMs).toISOString(), shard: this.#shard, pairs });
    return { key: null, value, partition: 0 };
  }

  #push(topic: string, record: OutgoingRecord): void {
    const known = this.#out.get(topic);
    if (known) known.push(record);
    else this.#out.set(topic, [record]);
    this.#records++;
  }

  #account(
    { id, contentHash }: { readonly id: string; readonly contentHash: string },
    {
      generation,
      at,
      from,
    }: { readonly generation: number; readonly at: TopicPartition; readonly from: bigint },
  ): Account {
    const { topic, partition } = at;
    const own = this.#accounts.get(id);
    const known = own?.find((one) => one.partition === partition && one.topic === topic);
    if (known) return known;
    const account: Account = {
      agreement: id,
      contentHash,
      generation,
      topic,
      partition,
      from,
      next: from,
      upserts: 0,
      deletes: 0,
      faults: 0,
      controls: [],
      keys: new KeySet(),
    };
    if (own) own.push(account);
    else this.#accounts.set(id, [account]);
    return account;
  }
}

function encodedFor<T>(topic: string, encode: () => T): T {
  try {
    return encode();
  } catch (error) {
    if (!isBusError(error, 'PAIR_RECORD_BROKEN')) throw error;
    throw new BusError('KAFKA_TOPIC_REFUSED', { topic, why: 'not made for such a row' }, error);
  }
}

/** Positions go to the shard of their partition, everything else to the shard that writes. */
function shardOfEntry(
  entry: ProgressEntry,
  { shard, shards }: { readonly shard: number; readonly shards: number },
): number {
  if (entry.kind === 'main') return entry.at.partition % shards;
  return entry.kind === 'place' ? entry.place.partition % shards : shard;
}
