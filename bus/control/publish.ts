/**
 * The lifecycle topic: every event, as it was signed, in the order of commits, for whoever keeps a
 * second copy of what happened. At least once: a publisher that dies between sending and noting
 * sends again, and readers know an event by its hash. One publisher at a time is the caller's.
 */
import type { BusProducer } from '../kafka/kafka.ts';
import type { SqlDatabase } from '../sql/sql.ts';

const BATCH_MAX = 500;

/** Sends what was not sent yet, at most `BATCH_MAX` events; answers how many. */
export async function publishLifecycle(
  db: SqlDatabase,
  producer: Pick<BusProducer, 'send'>,
  topic: string,
): Promise<number> {
  const [noted] = await db.query<{ seq: number | string }>(
    'SELECT published_seq AS seq FROM publication WHERE topic = ?',
    [topic],
  );
  const rows = await db.query<EventRow>(
    `SELECT seq, agreement_id AS agreementId, payload FROM agreement_event WHERE seq > ? ORDER BY seq LIMIT ${BATCH_MAX}`,
    [noted?.seq ?? 0],
  );
  const last = rows.at(-1);
  if (last === undefined) return 0;
  await producer.send(
    topic,
    rows.map(({ agreementId, payload }) => ({ key: agreementId, value: payload })),
  );
  await db.execute(
    `INSERT INTO publication (topic, published_seq) VALUES (?, ?)
      ON DUPLICATE KEY UPDATE published_seq = GREATEST(published_seq, VALUES(published_seq))`,
    [topic, last.seq],
  );
  return rows.length;
}

type EventRow = {
  readonly seq: number | string;
  readonly agreementId: string;
  readonly payload: string;
};
