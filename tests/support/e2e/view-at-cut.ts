/**
 * A table of the hub as it stood at a place in the hub's order of transactions, folded from the
 * topic that its changes are captured into.
 */
import { createReaderCache } from '../../../bus/avro/reader.ts';
import type { ColumnType } from '../../../bus/change/column-type.ts';
import { parseGtid } from '../../../bus/change/position.ts';
import type { KafkaAdmin, KafkaBus } from '../../../bus/kafka/kafka.ts';

type Column = { readonly name: string; readonly type: ColumnType };
type Row = readonly unknown[];

/** Rows by key, `columns` in their order; the first is the key. */
export async function tableAtCut(
  {
    topic,
    columns,
    cut,
  }: {
    readonly topic: string;
    readonly columns: readonly Column[];
    readonly cut: bigint;
  },
  {
    admin,
    kafka,
    fetchSchema,
  }: {
    readonly admin: KafkaAdmin;
    readonly kafka: KafkaBus;
    readonly fetchSchema: (id: number) => Promise<unknown>;
  },
): Promise<Map<string, Row>> {
  const cache = createReaderCache({
    fetchSchema,
    projection: { key: columns.slice(0, 1), value: columns, before: true, position: true },
  });
  const rows = new Map<string, Row>();
  const reader = await kafka.reader();
  for (const { partition, start, end } of await admin.offsets([topic])) {
    for (let offset = start; offset < end;) {
      const [range] = await reader.fetch([{ topic, partition, offset }], { waitMs: 500 });
      if (!range || range.fault) throw new Error(`${topic} cannot be read at ${offset}`);
      await cache.prepareFor(range.records.map(({ value }) => ({ key: null, value })));
      for (const { value } of range.records) {
        if (value === null) continue;
        const { before, after, position } = cache.valueReader.decode(value);
        const gtid = position.kind === 'binlog' ? parseGtid(position.gtid ?? '') : undefined;
        if (gtid && gtid.sequence > cut) continue;
        const gone = before?.[0];
        if (gone !== undefined) rows.delete(String(gone));
        if (after) rows.set(String(after[0]), after);
      }
      offset = range.nextOffset;
    }
  }
  await reader.close();
  return rows;
}
