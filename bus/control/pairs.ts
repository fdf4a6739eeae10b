/**
 * What the gateway reads of the control database: every deployed pair that is in force or has ended
 * and is not cleared yet, as of one control version. Read only; polls compare `readControlVersion`
 * and read the pairs again when it has grown.
 */
import type { AgreementState } from '../agreement/agreement.ts';
import type { CompiledPair } from '../pair/pair.ts';
import type { SqlDatabase, SqlSession } from '../sql/sql.ts';

/** Of one agreement at most one version is in one of these. */
export const DEPLOYED_STATES = ['active', 'suspended', 'revoked', 'expired', 'purging'] as const;
export type DeployedState = Extract<AgreementState, (typeof DEPLOYED_STATES)[number]>;

/** What a pair in each of these states gets. `end` is sent once purging begins: an expired one may still be renewed. */
export const DELIVERY_OF = {
  active: 'deliver',
  suspended: 'hold',
  revoked: 'hold',
  expired: 'hold',
  purging: 'end',
} as const satisfies Record<DeployedState, 'deliver' | 'hold' | 'end'>;

export type ControlledPair = {
  readonly agreementId: string;
  readonly version: string;
  readonly contentHash: string;
  readonly state: DeployedState;
  readonly sinceMs: number;
  readonly generation: number;
  readonly keySchemaId: number;
  readonly valueSchemaId: number;
  readonly pair: CompiledPair;
};

export type ControlSnapshot = {
  readonly controlVersion: bigint;
  readonly pairs: readonly ControlledPair[];
};

/** One row; cheap enough to ask ten times a second. */
export async function readControlVersion(db: SqlSession): Promise<bigint> {
  const [row] = await db.query<{ version: number | string }>(
    'SELECT version FROM control_version WHERE one = 1',
  );
  return BigInt(row?.version ?? 0);
}

/** The pairs and the control version they stand at, in one snapshot. */
export function readPairs(db: SqlDatabase): Promise<ControlSnapshot> {
  return db.transaction(async (session) => {
    const controlVersion = await readControlVersion(session);
    const rows = await session.query<PairRow>(PAIRS, [DEPLOYED_STATES]);
    return { controlVersion, pairs: rows.map(controlledPair) };
  }, 'REPEATABLE READ');
}

const PAIRS = `SELECT s.agreement_id AS agreementId, s.version, s.content_hash AS contentHash, s.state,
    s.since_ms AS sinceMs, d.generation, d.key_schema_id AS keySchemaId, d.value_schema_id AS valueSchemaId, d.pair
  FROM agreement_state s
  JOIN deployment d ON d.agreement_id = s.agreement_id AND d.version = s.version AND d.content_hash = s.content_hash
  WHERE s.state IN (?)
  ORDER BY s.agreement_id`;

type PairRow = Omit<ControlledPair, 'pair'> & { readonly pair: string };

function controlledPair({ pair, sinceMs, ...row }: PairRow): ControlledPair {
  return { ...row, sinceMs: Number(sinceMs), pair: JSON.parse(pair) as CompiledPair };
}
