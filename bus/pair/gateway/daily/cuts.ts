/**
 * Cuts: rows of the view's `civicbus_cutoff` table. A row's place in the hub's order of
 * transactions is the cut: what committed before it is in, what comes after is tomorrow's. It is
 * found where every change is found, in the topic that its capture writes; when it is there, so is
 * everything before it.
 */
import { createReaderCache } from '../../../avro/reader.ts';
import type { ColumnType } from '../../../change/column-type.ts';
import { parseGtid } from '../../../change/position.ts';
import type { KafkaAdmin, LogReader, RawRecord } from '../../../kafka/kafka.ts';
import { quoteName } from '../../../sql/mysql/mysql-literal.ts';
import type { SqlDatabase } from '../../../sql/sql.ts';
import { CUTOFF_TABLE } from '../../../view/store/migrations.ts';
import type { CompiledPair } from '../../pair.ts';

type Resource = CompiledPair['resource'];

export interface HubCuts {
  /** Makes the cut `id` in the view's database; a second time changes nothing. */
  make(resource: Resource, id: string): Promise<void>;
}

/** `hub` as a user who may add rows to the cut-off tables of the views. */
export function hubCuts(hub: SqlDatabase): HubCuts {
  return {
    async make({ database }, id) {
      const table = `${quoteName(database)}.${quoteName(CUTOFF_TABLE)}`;
      await hub.execute(`INSERT IGNORE INTO ${table} (cut_id, made_at) VALUES (?, NOW(3))`, [id]);
    },
  };
}

/** The topic that the cuts of a resource's view are captured into. */
export function cutTopic({ topic }: Pick<Resource, 'topic'>): string {
  return `${topic.slice(0, topic.lastIndexOf('.'))}.${CUTOFF_TABLE}`;
}

const ID: ColumnType = { kind: 'chars', name: 'varchar', charsMax: 100 };
const COLUMNS = [{ name: 'cut_id', type: ID }];

/** The hub's transaction order at cut `id`; undefined while its capture has not come so far. */
export async function findCut(
  resource: Resource,
  id: string,
  {
    admin,
    reader,
    fetchSchema,
  }: {
    readonly admin: KafkaAdmin;
    readonly reader: LogReader;
    readonly fetchSchema: (schemaId: number) => Promise<unknown>;
  },
): Promise<bigint | undefined> {
  const cache = createReaderCache({
    fetchSchema,
    projection: { key: COLUMNS, value: COLUMNS, before: false, position: true },
  });
  const read = (record: RawRecord): bigint | undefined => {
    if (record.value === null) return undefined;
    const { after, position } = cache.valueReader.decode(record.value);
    const gtid = position.kind === 'binlog' && position.gtid ? parseGtid(position.gtid) : undefined;
    return after?.[0] === id ? gtid?.sequence : undefined;
  };
  for (const { topic, partition, start, end } of await admin.offsets([cutTopic(resource)])) {
    for (let offset = start; offset < end;) {
      const [range] = await reader.fetch([{ topic, partition, offset }], { waitMs: 0 });
      if (!range || range.fault || range.nextOffset <= offset) break;
      await cache.prepareFor(range.records);
      for (const record of range.records) {
        const sequence = read(record);
        if (sequence !== undefined) return sequence;
      }
      offset = range.nextOffset;
    }
  }
  return undefined;
}
