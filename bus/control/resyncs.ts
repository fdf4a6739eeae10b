/**
 * Who asked for a whole new copy, when and why: written in the transaction that grows the
 * generation, and never changed. It is no event of the lifecycle, because it changes no state and
 * delivers nothing that was not agreed.
 */
import type { SqlSession } from '../sql/sql.ts';

export type Resync = {
  readonly agreementId: string;
  readonly version: string;
  /** What was asked for: the generation of the deployment from then on. */
  readonly generation: number;
  /** The organization that asked; the bus itself where a view was exchanged. */
  readonly org: string;
  readonly reason: string;
  readonly atMs: number;
};

export async function noteResync(
  session: SqlSession,
  { agreementId, version, generation, org, reason, atMs }: Resync,
): Promise<void> {
  await session.execute(
    'INSERT INTO resync (agreement_id, version, generation, org, reason, at_ms) VALUES (?)',
    [[agreementId, version, generation, org, reason, atMs]],
  );
}

/** In the order in which they were asked for. */
export async function readResyncs(db: SqlSession, agreementId: string): Promise<Resync[]> {
  const rows = await db.query<Resync>(
    `SELECT agreement_id AS agreementId, version, generation, org, reason, at_ms AS atMs
      FROM resync WHERE agreement_id = ? ORDER BY id`,
    [agreementId],
  );
  return rows.map((row) => ({ ...row, atMs: Number(row.atMs) }));
}
