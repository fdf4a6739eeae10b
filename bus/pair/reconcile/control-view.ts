/** What the control database says of every pair that has, or is to have, a trace on the bus; in one snapshot. */
import type { AgreementContent, AgreementState } from '../../agreement/agreement.ts';
import type { SqlDatabase, SqlSession } from '../../sql/sql.ts';
import type { CompiledPair } from '../pair.ts';
import type { Deployment } from './deployment.ts';
import type { DueLine } from './due.ts';
import { STATES_WITH_STANDING } from './standing.ts';
import type { ControlView } from './wanted.ts';

/** `db` is in the control database. */
export function readControlView(db: SqlDatabase): Promise<ControlView> {
  return db.transaction(
    async (session) => ({
      lines: await readLines(session),
      deployments: await readDeployments(session),
    }),
    'REPEATABLE READ',
  );
}

type LineRow = Omit<DueLine, 'content' | 'deployedHash' | 'sinceMs' | 'state'> & {
  readonly state: AgreementState;
  readonly content: string;
  readonly sinceMs: number | string;
  readonly deployedHash: string | null;
};

async function readLines(session: SqlSession): Promise<DueLine[]> {
  const rows = await session.query<LineRow>(
    `SELECT s.agreement_id AS agreementId, a.name, s.version, s.state, s.content_hash AS contentHash,
       s.since_ms AS sinceMs, doc.content, d.content_hash AS deployedHash
     FROM agreement_state s
     JOIN agreement a ON a.agreement_id = s.agreement_id
     JOIN agreement_document doc ON doc.agreement_id = s.agreement_id AND doc.content_hash = s.content_hash
     LEFT JOIN deployment d ON d.agreement_id = s.agreement_id AND d.version = s.version
     WHERE s.state IN (?)
     ORDER BY s.agreement_id, s.since_ms, s.version`,
    [STATES_WITH_STANDING],
  );
  return rows.map(({ content, sinceMs, deployedHash, ...row }) => ({
    ...row,
    content: JSON.parse(content) as AgreementContent,
    sinceMs: Number(sinceMs),
    deployedHash: deployedHash ?? undefined,
  }));
}

async function readDeployments(session: SqlSession): Promise<Deployment[]> {
  const rows = await session.query<Omit<Deployment, 'pair'> & { readonly pair: string }>(
    `SELECT agreement_id AS agreementId, version, content_hash AS contentHash, pair,
       key_schema_id AS keySchemaId, value_schema_id AS valueSchemaId, generation
     FROM deployment ORDER BY agreement_id, version`,
  );
  return rows.map(({ pair, ...row }) => ({ ...row, pair: JSON.parse(pair) as CompiledPair }));
}
