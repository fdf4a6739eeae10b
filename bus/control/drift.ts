/** What was found other than signed, and set back: written down for the auditor, never changed. */
import { systemClock, type Clock } from '../base/clock.ts';
import type { SqlSession } from '../sql/sql.ts';

export type Drift = {
  /** null: of the gateway, which serves every pair. */
  readonly agreementId: string | null;
  readonly kind: string;
  readonly name: string;
  /** What was found and what it was set back to; never a secret. */
  readonly detail: string;
};

export type NotedDrift = Drift & { readonly atMs: number };

export async function noteDrift(
  db: SqlSession,
  notes: readonly Drift[],
  clock: Clock = systemClock,
): Promise<void> {
  if (notes.length === 0) return;
  const atMs = clock.now();
  await db.execute('INSERT INTO drift (agreement_id, kind, name, detail, at_ms) VALUES ?', [
    notes.map(({ agreementId, kind, name, detail }) => [agreementId, kind, name, detail, atMs]),
  ]);
}

/** The newest first. */
export async function readDrift(
  db: SqlSession,
  { limit }: { readonly limit: number },
): Promise<NotedDrift[]> {
  const rows = await db.query<NotedDrift>(
    `SELECT agreement_id AS agreementId, kind, name, detail, at_ms AS atMs
      FROM drift ORDER BY id DESC LIMIT ?`,
    [limit],
  );
  return rows.map((row) => ({ ...row, atMs: Number(row.atMs) }));
}
