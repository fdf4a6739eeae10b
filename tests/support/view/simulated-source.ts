/**
 * Two source tables and the log that capture would write of them, without any server: partitioned
 * topics with offset gaps (transaction markers), changes in source order per key, key changes as
 * delete + tombstone + create. Knows the truth, so a view built from the logs can be checked.
 */
import { createHash } from 'node:crypto';
import type { Random } from '../../../bus/base/random.ts';
import type { RawRecord } from '../../../bus/kafka/kafka.ts';
import type { SqlValue } from '../../../bus/sql/sql.ts';
import type { RecordReader } from '../../../bus/view/apply/decode.ts';
import type { ChangeEvent, ChangeOp } from '../../../bus/change/envelope.ts';

export const PEOPLE = 'cdc.police.police.person';
export const MARRIAGES = 'cdc.civil-affairs.civil_affairs.marriage';

type Row = readonly SqlValue[];
type Wire = { readonly op: ChangeOp; readonly after: Row | null };

const NAMES = ['𠮷田', '李雷', '韩梅梅', '𫚖', '㐂', 'a', 'a ', 'A', '', "O'Neil\\\n\u0000", '😀'];

export class SimulatedSource {
  readonly people = new Map<string, Row>();
  readonly marriages = new Map<string, Row>();
  readonly logs = new Map<string, RawRecord[][]>();
  /** Where logs begin that retention has shortened. */
  readonly starts = new Map<string, bigint>();
  readonly #ends = new Map<string, bigint>();
  readonly #random: Random;
  readonly #partitions: number;
  #clock = 1_700_000_000_000;

  constructor(random: Random, partitions: number) {
    this.#random = random;
    this.#partitions = partitions;
    for (const topic of [PEOPLE, MARRIAGES]) {
      this.logs.set(
        topic,
        Array.from({ length: partitions }, () => []),
      );
    }
  }

  /** The offset after the last record of a partition, markers included. */
  end(topic: string, partition: number): bigint {
    return this.#ends.get(`${topic}/${partition}`) ?? 0n;
  }

  /** One random committed transaction. */
  step(): void {
    const roll = this.#random.int(1, 100);
    if (roll <= 35) this.#upsertPerson(this.#id());
    else if (roll <= 45) this.#removePerson(this.#id());
    else if (roll <= 52) this.#renumberPerson(this.#id(), this.#id());
    else if (roll <= 80) this.#upsertMarriage(this.#number());
    else if (roll <= 90) this.#removeMarriage(this.#number());
    else if (roll <= 96) this.#renumberMarriage(this.#number(), this.#number());
    else for (let i = 0; i < 20; i++) this.#upsertPerson(this.#id());
  }

  /** Keys of a table, as a snapshot would walk them. */
  keys(topic: string): string[] {
    return [...this.#table(topic).keys()].sort();
  }

  /** Reads one row again, as an incremental snapshot does; a row that is gone gives nothing. */
  reread(topic: string, key: string): void {
    const row = this.#table(topic).get(key);
    if (row) this.#append(topic, [key], { op: 'r', after: row });
  }

  /** A row goes without any event, as under a cascade. */
  vanish(topic: string, key: string): void {
    this.#table(topic).delete(key);
  }

  /** All rows go; the one event says nothing of which, and stands in any partition. */
  truncate(topic: string): void {
    this.#table(topic).clear();
    this.#write(topic, this.#random.int(0, this.#partitions - 1), {
      key: null,
      value: Buffer.from(JSON.stringify({ op: 't', after: null } satisfies Wire)),
    });
  }

  /** Forgets the beginning of every partition, as retention does. */
  expire(topic: string): void {
    for (const [partition, log] of this.logs.get(topic)?.entries() ?? []) {
      const start = this.#random.chance(0.5) ? this.end(topic, partition) : 0n;
      log.splice(0, log.filter(({ offset }) => offset < start).length);
      if (start > 0n) this.starts.set(`${topic}/${partition}`, start);
    }
  }

  #table(topic: string): Map<string, Row> {
    return topic === PEOPLE ? this.people : this.marriages;
  }

  #upsertPerson(id: string): void {
    const known = this.people.has(id);
    const row: Row = [
      this.#random.pick(NAMES),
      this.#random.pick([null, 0, '9223372036854775807', -1, 7]),
    ];
    this.people.set(id, row);
    this.#append(PEOPLE, [id], { op: known ? 'u' : this.#random.pick(['c', 'r']), after: row });
  }

  #removePerson(id: string): void {
    if (this.people.delete(id)) this.#appendDelete(PEOPLE, [id]);
  }

  #renumberPerson(from: string, to: string): void {
    const row = this.people.get(from);
    if (!row || this.people.has(to)) return;
    this.#removePerson(from);
    this.people.set(to, row);
    this.#append(PEOPLE, [to], { op: 'c', after: row });
  }

  #upsertMarriage(number: string): void {
    const day = String(this.#random.int(1, 28)).padStart(2, '0');
    const row: Row = [
      this.#random.chance(0.05) ? null : this.#id(),
      this.#id(),
      this.#random.pick(['married', 'divorced']),
      this.#random.chance(0.1) ? null : `2020-01-${day}`,
    ];
    const known = this.marriages.has(number);
    this.marriages.set(number, row);
    this.#append(MARRIAGES, [number], { op: known ? 'u' : 'c', after: row });
  }

  #removeMarriage(number: string): void {
    if (this.marriages.delete(number)) this.#appendDelete(MARRIAGES, [number]);
  }

  #renumberMarriage(from: string, to: string): void {
    const row = this.marriages.get(from);
    if (!row || this.marriages.has(to)) return;
    this.#removeMarriage(from);
    this.marriages.set(to, row);
    this.#append(MARRIAGES, [to], { op: 'c', after: row });
  }

  #appendDelete(topic: string, key: Row): void {
    this.#append(topic, key, { op: 'd', after: null });
    this.#append(topic, key, null);
  }

  #append(topic: string, key: Row, value: Wire | null): void {
    const text = JSON.stringify(key);
    const digest = createHash('md5').update(text).digest();
    const partition = digest.readUInt32BE(0) % this.#partitions;
    this.#write(topic, partition, {
      key: Buffer.from(text),
      value: value === null ? null : Buffer.from(JSON.stringify(value)),
    });
  }

  #write(topic: string, partition: number, record: Pick<RawRecord, 'key' | 'value'>): void {
    const log = this.logs.get(topic)?.[partition] ?? [];
    const offset = this.end(topic, partition);
    // Markers of the source's transactions take offsets of their own.
    this.#ends.set(`${topic}/${partition}`, offset + (this.#random.chance(0.2) ? 2n : 1n));
    log.push({ ...record, offset, timestampMs: ++this.#clock });
  }

  #id(): string {
    // Few persons, so that everything meets; two of them differ only by a rare character or a space.
    return this.#random.pick(['1', '2', '3', '4', '5', '6', '7', '8', 'x', 'X', 'x ', '𠮷', '𫚖']);
  }

  #number(): string {
    return `m${this.#random.int(1, 9)}`;
  }
}

/** What readers of the view must see: per visible person its items, as text. */
export function expectedPersons(source: SimulatedSource): Map<string, Record<string, SqlValue>> {
  const out = new Map<string, Record<string, SqlValue>>();
  for (const [id, [name = null, points = null]] of source.people) {
    const best = latestMarriage(source, id);
    const spouse = best && (best.row[0] === id ? best.row[1] : best.row[0]);
    out.set(id, {
      name,
      points: points === null ? null : String(points),
      marital_status: best?.row[2] ?? null,
      spouse: spouse ?? null,
    });
  }
  return out;
}

function latestMarriage(
  source: SimulatedSource,
  id: string,
): { order: string; row: Row } | undefined {
  const mine = [...source.marriages]
    .filter(([, [a, b]]) => a === id || b === id)
    .map(([number, row]) => ({ order: `${String(row[3] ?? '0000-00-00')}|${number}`, row }));
  return mine.sort((x, y) => (x.order < y.order ? -1 : 1)).at(-1);
}

/** Reads the simulated records; the real reader of Avro has tests of its own. */
export const simulatedReader: RecordReader = {
  prepare: () => Promise.resolve(),
  key: (key) => JSON.parse(key.toString()) as Row,
  change(value): ChangeEvent {
    const { op, after } = JSON.parse(value.toString()) as Wire;
    return {
      op,
      after,
      before: null,
      sourceTsMs: 1,
      captureTsMs: 1,
      snapshot: 'no',
      position: { kind: 'none' } as unknown as ChangeEvent['position'],
      transactionId: null,
    };
  },
};
