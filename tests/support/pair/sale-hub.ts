/**
 * A hub table in memory with its change log on a Kafka: every transaction has a place in the hub's
 * order and is captured as Debezium would write it. The truth that gateways are compared with.
 */
import { must } from '../../../bus/base/assert.ts';
import { frame } from '../../../bus/avro/wire.ts';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import { cutTopic, type HubCuts } from '../../../bus/pair/gateway/daily/cuts.ts';
import type { HubMoments } from '../../../bus/pair/gateway/hub-moment.ts';
import type { FakeKafka } from '../../../bus/kafka/fake/fake-kafka.ts';
import {
  envelopeSchema,
  envelopeWriter,
  MARIADB_ORIGIN,
  nullable,
} from '../../bus/avro/debezium-schema.ts';
import { SALE_COLUMNS, SALE_TOPIC, type Sale } from './pair-fixture.ts';

type Stored = Sale & { readonly __there: number; readonly __at: number };

const COLUMNS = [...Object.keys(SALE_COLUMNS), '__there', '__at'];
const SCHEMA = envelopeSchema([
  ...Object.keys(SALE_COLUMNS).map((name) => ({
    name,
    type: name === 'sale' ? 'string' : nullable('string'),
  })),
  { name: '__there', type: 'int' },
  { name: '__at', type: nullable('long') },
]);
const write = envelopeWriter(SCHEMA);

export const SALE_SCHEMA_ID = 7;
const CUT_SCHEMA_ID = 8;
const CUT_SCHEMA = envelopeSchema([{ name: 'cut_id', type: 'string' }]);
const writeCut = envelopeWriter(CUT_SCHEMA);
const CUT_TOPIC = cutTopic({ topic: SALE_TOPIC });

export class SaleHub {
  readonly #kafka: FakeKafka;
  readonly #rows = new Map<string, Stored>();
  readonly #partitions: number;
  #sequence = 0;
  /** Events that capture has not written yet, oldest first. */
  #uncaptured: (() => void)[] = [];

  constructor(kafka: FakeKafka, partitions = 4) {
    this.#kafka = kafka;
    this.#partitions = partitions;
    kafka.createTopic(SALE_TOPIC, partitions);
    kafka.createTopic(CUT_TOPIC);
  }

  fetchSchema = (id: number): Promise<unknown> => {
    if (id === CUT_SCHEMA_ID) return Promise.resolve(CUT_SCHEMA);
    if (id !== SALE_SCHEMA_ID) throw new Error(`no schema ${id}`);
    return Promise.resolve(SCHEMA);
  };

  /** The sales that readers see. */
  *sales(): Generator<Sale> {
    for (const row of this.#rows.values()) if (row.__there === 1) yield row;
  }

  /** One transaction; `null` deletes as the hub does: the row stays, marked as gone. */
  change(sale: string, values: Omit<Sale, 'sale'> | null): void {
    const before = this.#rows.get(sale) ?? null;
    if (values === null && before === null) return;
    this.#sequence++;
    const none = { district: null, status: null, price: null, buyer: null, secret: null };
    const after: Stored = {
      sale,
      ...(values ?? none),
      __there: values === null ? 0 : 1,
      __at: 1_000 + this.#sequence,
    };
    this.#rows.set(sale, after);
    const source = {
      ...MARIADB_ORIGIN,
      gtid: `0-1-${this.#sequence}`,
      pos: this.#sequence * 100,
    };
    const value = frame(SALE_SCHEMA_ID, write({ op: before ? 'u' : 'c', before, after, source }));
    const at = { topic: SALE_TOPIC, partition: partitionOf(sale, this.#partitions) };
    this.#uncaptured.push(() =>
      this.#kafka.appendTransaction(at, [{ key: Buffer.from(sale), value }]),
    );
  }

  /** Capture writes up to `count` of what it is behind. */
  capture(count = Number.POSITIVE_INFINITY): void {
    for (let done = 0; done < count && this.#uncaptured.length > 0; done++)
      must(this.#uncaptured.shift(), 'an event')();
  }

  /** What the sales were at each cut, by its id. */
  readonly cuts = new Map<string, readonly Sale[]>();

  cutter: HubCuts = {
    make: (_resource, id) => {
      if (this.cuts.has(id)) return Promise.resolve();
      this.cuts.set(id, [...this.sales()]);
      this.#sequence++;
      const source = {
        ...MARIADB_ORIGIN,
        gtid: `0-1-${this.#sequence}`,
        pos: this.#sequence * 100,
      };
      const after = { cut_id: id };
      const value = frame(CUT_SCHEMA_ID, writeCut({ op: 'c', before: null, after, source }));
      this.#uncaptured.push(() =>
        this.#kafka.appendTransaction({ topic: CUT_TOPIC, partition: 0 }, [
          { key: Buffer.from(id), value },
        ]),
      );
      return Promise.resolve();
    },
  };

  moments: HubMoments = {
    look: (work) => {
      const sequence = BigInt(this.#sequence);
      const rows = [...this.#rows.values()].filter(({ __there }) => __there === 1);
      return work({
        floor: { sequence, file: MARIADB_ORIGIN.file, pos: this.#sequence * 100 },
        async *pages(_resource, columns) {
          for (let from = 0; from < rows.length; from += 3) {
            // Changes go on while a copy is made.
            await new Promise((resolve) => setImmediate(resolve));
            yield rows
              .slice(from, from + 3)
              .map((row) => columns.map(({ name }) => valueOf(row, name)));
          }
        },
      });
    },
  };
}

function valueOf(row: Stored, name: string): ColumnValue {
  if (!COLUMNS.includes(name)) throw new Error(`no column ${name}`);
  return (row as unknown as Readonly<Record<string, ColumnValue>>)[name] ?? null;
}

function partitionOf(key: string, partitions: number): number {
  let sum = 0;
  for (const char of key) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 997;
  return sum % partitions;
}
