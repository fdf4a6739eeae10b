/**
 * What is deployed: one row for each version of an agreement, so that a filed version can be
 * prepared beside the one in force and the switch is the switch of states alone. Every change grows
 * the control version, by which gateways see it.
 */
import { canonicalJson } from '../agreement/canonical/canonical.ts';
import { assert } from '../base/assert.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { BusError } from '../base/errors.ts';
import type { CompiledPair } from '../pair/pair.ts';
import type { SqlDatabase, SqlSession } from '../sql/sql.ts';
import { noteResync, type Resync } from './resyncs.ts';
import { bumpVersion } from './version.ts';

export type DeploymentRow = {
  readonly agreementId: string;
  readonly version: string;
  readonly contentHash: string;
  readonly pair: CompiledPair;
  readonly keySchemaId: number;
  readonly valueSchemaId: number;
  readonly generation: number;
};

/** Writes or replaces the version's deployment. */
export function putDeployment(
  db: SqlDatabase,
  {
    agreementId,
    version,
    contentHash,
    pair,
    keySchemaId,
    valueSchemaId,
    generation,
  }: DeploymentRow,
  clock: Clock = systemClock,
): Promise<void> {
  return db.transaction(async (session) => {
    await bumpVersion(session);
    await session.execute(
      `INSERT INTO deployment (agreement_id, version, content_hash, pair, key_schema_id, value_schema_id, generation, deployed_ms)
        VALUES (?) ON DUPLICATE KEY UPDATE content_hash = VALUES(content_hash), pair = VALUES(pair),
          key_schema_id = VALUES(key_schema_id), value_schema_id = VALUES(value_schema_id),
          generation = VALUES(generation), deployed_ms = VALUES(deployed_ms)`,
      [
        [
          agreementId,
          version,
          contentHash,
          canonicalJson(pair),
          keySchemaId,
          valueSchemaId,
          generation,
          clock.now(),
        ],
      ],
    );
  });
}

/** All of them, or those of one agreement. */
export async function readDeployments(
  db: SqlSession,
  agreementId?: string,
): Promise<DeploymentRow[]> {
  const rows = await db.query<Omit<DeploymentRow, 'pair'> & { readonly pair: string }>(
    `SELECT agreement_id AS agreementId, version, content_hash AS contentHash, pair,
        key_schema_id AS keySchemaId, value_schema_id AS valueSchemaId, generation
      FROM deployment ${agreementId === undefined ? '' : 'WHERE agreement_id = ?'}
      ORDER BY agreement_id, deployed_ms`,
    agreementId === undefined ? [] : [agreementId],
  );
  return rows.map(({ pair, ...row }) => ({ ...row, pair: JSON.parse(pair) as CompiledPair }));
}

/**
 * Asks for a whole copy of the version in force: its generation becomes one more than any the
 * agreement has had. Answers it. Who asked and why is kept with it, so a reason has to be given.
 * Throws LIFECYCLE_DEPLOYMENT_UNKNOWN.
 */
export function bumpGeneration(
  db: SqlDatabase,
  { agreementId, version, org, reason }: Omit<Resync, 'generation' | 'atMs'>,
  clock: Clock = systemClock,
): Promise<number> {
  assert(reason.trim() !== '', 'a new copy is asked for with a reason');
  return db.transaction(async (session) => {
    await bumpVersion(session);
    const [found] = await session.query<{ generation: number | null }>(
      'SELECT MAX(generation) AS generation FROM deployment WHERE agreement_id = ?',
      [agreementId],
    );
    const generation = (found?.generation ?? 0) + 1;
    const { affectedRows } = await session.execute(
      'UPDATE deployment SET generation = ? WHERE agreement_id = ? AND version = ?',
      [generation, agreementId, version],
    );
    if (affectedRows === 0) {
      throw new BusError('LIFECYCLE_DEPLOYMENT_UNKNOWN', { id: agreementId, version });
    }
    await noteResync(session, { agreementId, version, generation, org, reason, atMs: clock.now() });
    return generation;
  });
}
