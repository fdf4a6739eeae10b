/**
 * What is known of a copy as a whole: its table, the topic it comes from, which copy readers see and
 * why it is not what it should be. Its row is locked first by every transaction that touches more
 * than one partition.
 */
import { must } from '../../base/assert.ts';
import type { SqlSession } from '../../sql/sql.ts';
import type { Dialect } from './dialect.ts';
import { DETAIL_CHARS_MAX, SUBSCRIPTION_TABLE } from './tables.ts';

export type Subscription = {
  readonly table: string;
  readonly topicId: string;
  readonly partitions: number;
  readonly newestGeneration: number;
  /** Of the rows that readers see; 0 before the first copy. */
  readonly generation: number;
  readonly layout: string | null;
  /** JSON list of columns of a former version, to go with the next whole copy. */
  readonly droppedColumns: string | null;
  /** Why the copy as a whole is not what it should be; lifted by the next whole copy. */
  readonly faultCode: string | null;
  readonly faultDetail: string | null;
  readonly rowsPurged: number | null;
  readonly purgedAtMs: number | null;
  readonly receiptSent: boolean;
};

/** Notes a copy that is seen for the first time. */
export async function noteSubscription(
  session: SqlSession,
  dialect: Dialect,
  seen: { readonly agreementId: string; readonly table: string },
): Promise<void> {
  await session.execute(
    `INSERT INTO ${SUBSCRIPTION_TABLE} (agreement_id, table_name, topic_id, partitions, newest_generation, generation, receipt_sent) ` +
      `VALUES (?, ?, '', 0, 0, 0, 0) ${dialect.onConflict(['agreement_id'], [])}`,
    [seen.agreementId, seen.table],
  );
}

export async function readSubscription(
  session: SqlSession,
  agreementId: string,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<Subscription> {
  const [row] = await session.query<RawSubscription>(
    `SELECT table_name, topic_id, partitions, newest_generation, generation, layout, dropped_columns, fault_code, fault_detail, rows_purged, purged_at_ms, receipt_sent ` +
      `FROM ${SUBSCRIPTION_TABLE} WHERE agreement_id = ?${lock ? ' FOR UPDATE' : ''}`,
    [agreementId],
  );
  const found = must(row, 'the note of the subscription');
  return {
    table: found.table_name,
    topicId: found.topic_id,
    partitions: found.partitions,
    newestGeneration: found.newest_generation,
    generation: found.generation,
    layout: found.layout,
    droppedColumns: found.dropped_columns,
    faultCode: found.fault_code,
    faultDetail: found.fault_detail,
    rowsPurged: found.rows_purged === null ? null : Number(found.rows_purged),
    purgedAtMs: found.purged_at_ms === null ? null : Number(found.purged_at_ms),
    receiptSent: Number(found.receipt_sent) === 1,
  };
}

type RawSubscription = {
  readonly table_name: string;
  readonly topic_id: string;
  readonly partitions: number;
  readonly newest_generation: number;
  readonly generation: number;
  readonly layout: string | null;
  readonly dropped_columns: string | null;
  readonly fault_code: string | null;
  readonly fault_detail: string | null;
  readonly rows_purged: number | string | null;
  readonly purged_at_ms: number | string | null;
  readonly receipt_sent: number;
};

type Changes = Partial<{
  readonly topic_id: string;
  readonly partitions: number;
  readonly newest_generation: number;
  readonly generation: number;
  readonly layout: string;
  readonly dropped_columns: string | null;
  readonly fault_code: string | null;
  readonly fault_detail: string | null;
  readonly rows_purged: number;
  readonly purged_at_ms: number;
  readonly receipt_sent: number;
}>;

export async function updateSubscription(
  session: SqlSession,
  agreementId: string,
  changes: Changes,
): Promise<void> {
  const sets = Object.keys(changes).map((name) => `${name} = ?`);
  const values = Object.values(changes).map((value) => value ?? null);
  await session.execute(
    `UPDATE ${SUBSCRIPTION_TABLE} SET ${sets.join(', ')} WHERE agreement_id = ?`,
    [...values, agreementId],
  );
}

/** Notes why the copy is not what it should be; a cause that stands already stays. */
export async function noteFault(
  session: SqlSession,
  agreementId: string,
  { code, detail }: { readonly code: string; readonly detail: string },
): Promise<void> {
  await session.execute(
    `UPDATE ${SUBSCRIPTION_TABLE} SET fault_code = ?, fault_detail = ? WHERE agreement_id = ? AND fault_code IS NULL`,
    [code, detail.slice(0, DETAIL_CHARS_MAX), agreementId],
  );
}
