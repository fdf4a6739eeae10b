/**
 * All agreements at a glance, from the kept states: one line for each version, with the document
 * that stands and what is deployed. For listings and for the reconciler, which asks at every change.
 */
import type { AgreementContent, AgreementState } from '../agreement/agreement.ts';
import type { SqlDatabase, SqlSession } from '../sql/sql.ts';
import { readDeployments, type DeploymentRow } from './deployments.ts';

export type ListedLine = {
  readonly agreementId: string;
  readonly name: string;
  readonly version: string;
  readonly state: AgreementState;
  readonly contentHash: string;
  readonly content: AgreementContent;
  /** When it came into its state. */
  readonly sinceMs: number;
  readonly reason: string;
  /** Content hash that this version is deployed with; undefined: not deployed. */
  readonly deployedHash: string | undefined;
};

export type ControlState = {
  readonly lines: readonly ListedLine[];
  readonly deployments: readonly DeploymentRow[];
};

/** Every version, by agreement name and then in the order of creation. */
export async function readLines(db: SqlSession): Promise<ListedLine[]> {
  const rows = await db.query<LineRow>(LINES);
  return rows.map(({ content, sinceMs, deployedHash, ...row }) => ({
    ...row,
    sinceMs: Number(sinceMs),
    content: JSON.parse(content) as AgreementContent,
    deployedHash: deployedHash ?? undefined,
  }));
}

/** Lines and deployments in one snapshot. */
export function readControlState(db: SqlDatabase): Promise<ControlState> {
  return db.transaction(
    async (session) => ({
      lines: await readLines(session),
      deployments: await readDeployments(session),
    }),
    'REPEATABLE READ',
  );
}

const LINES = `SELECT s.agreement_id AS agreementId, a.name, s.version, s.state, s.content_hash AS contentHash,
    s.since_ms AS sinceMs, s.reason, c.content, d.content_hash AS deployedHash
  FROM agreement_state s
  JOIN agreement a ON a.agreement_id = s.agreement_id
  JOIN agreement_document c ON c.agreement_id = s.agreement_id AND c.content_hash = s.content_hash
  LEFT JOIN deployment d ON d.agreement_id = s.agreement_id AND d.version = s.version
  ORDER BY a.name, (SELECT MIN(e.position) FROM agreement_event e
    WHERE e.agreement_id = s.agreement_id AND e.version = s.version)`;

type LineRow = Omit<ListedLine, 'content' | 'deployedHash'> & {
  readonly content: string;
  readonly deployedHash: string | null;
};
