/**
 * Is what the control database says of an agreement what was signed? Hashes, order, table and roles
 * and named signers by folding again; then every signature by today's public keys, every document by its hash, and the
 * kept state against the fold. Answers everything that is wrong, and changes nothing.
 */
import { contentHash } from '../agreement/canonical/canonical.ts';
import { rolesOf } from '../agreement/lifecycle/decide.ts';
import { foldEvents, type Chain, type Contents } from '../agreement/lifecycle/fold.ts';
import type { SignedEvent } from '../agreement/lifecycle/verbs.ts';
import { isBusError } from '../base/errors.ts';
import type { SqlDatabase, SqlSession } from '../sql/sql.ts';
import { verifySigner } from './append.ts';
import type { Control } from './control.ts';
import { readDocuments, readEvents } from './record.ts';

export type ChainReport = {
  readonly agreementId: string;
  readonly events: number;
  readonly faults: readonly string[];
};

/** One agreement, in one snapshot. */
export function verifyChain(
  { db, publicKeys, authority }: Pick<Control, 'db' | 'publicKeys' | 'authority'>,
  agreementId: string,
): Promise<ChainReport> {
  return db.transaction(async (session) => {
    const events = await readEvents(session, agreementId);
    const documents = await readDocuments(session, agreementId);
    const faults = [
      ...documentFaults(documents, agreementId),
      ...(await signatureFaults(events, publicKeys)),
      ...roleFaults(events, documents, authority),
    ];
    const chain = folded(events, documents, faults);
    if (chain) faults.push(...(await keptFaults(session, agreementId, chain)));
    return { agreementId, events: events.length, faults };
  }, 'REPEATABLE READ');
}

/** Every agreement. */
export async function verifyChains(
  control: Pick<Control, 'db' | 'publicKeys' | 'authority'>,
): Promise<ChainReport[]> {
  const reports: ChainReport[] = [];
  for (const id of await agreementIds(control.db)) reports.push(await verifyChain(control, id));
  return reports;
}

/** Also those of which only an event or a state is left. */
async function agreementIds(db: SqlDatabase): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT agreement_id AS id FROM agreement UNION SELECT agreement_id FROM agreement_event
      UNION SELECT agreement_id FROM agreement_state ORDER BY id`,
  );
  return rows.map(({ id }) => id);
}

function folded(
  events: readonly SignedEvent[],
  documents: Contents,
  faults: string[],
): Chain | undefined {
  try {
    return foldEvents(events, documents);
  } catch (error) {
    if (!isBusError(error, 'LIFECYCLE_CHAIN_BROKEN')) throw error;
    faults.push(error.message);
    return undefined;
  }
}

function documentFaults(documents: Contents, agreementId: string): string[] {
  return [...documents].flatMap(([hash, content]) =>
    contentHash(content) === hash && content.id === agreementId
      ? []
      : [`document ${hash} was changed`],
  );
}

async function signatureFaults(
  events: readonly SignedEvent[],
  publicKeys: Control['publicKeys'],
): Promise<string[]> {
  const faults: string[] = [];
  for (const [index, event] of events.entries()) {
    try {
      await verifySigner(event, publicKeys, event.agreementId);
    } catch (error) {
      if (!isBusError(error)) throw error;
      faults.push(`event ${index + 1}: ${error.message}`);
    }
  }
  return faults;
}

/** Each organization had the role that its event claims, by the document it speaks of. */
function roleFaults(
  events: readonly SignedEvent[],
  documents: Contents,
  authority: string,
): string[] {
  return events.flatMap(({ org, role, contentHash: hash, time }, index) => {
    const content = documents.get(hash);
    if (content === undefined) return [`event ${index + 1}: its document ${hash} is missing`];
    const roles = rolesOf(org, content, { authority, atMs: Date.parse(time) });
    return roles.includes(role) ? [] : [`event ${index + 1}: ${org} is not the ${role}`];
  });
}

/** What is kept beside the events says the same as their fold. */
async function keptFaults(
  session: SqlSession,
  agreementId: string,
  chain: Chain,
): Promise<string[]> {
  const rows = await session.query<{ version: string; state: string; contentHash: string }>(
    'SELECT version, state, content_hash AS contentHash FROM agreement_state WHERE agreement_id = ?',
    [agreementId],
  );
  const kept = new Map(rows.map((row) => [row.version, `${row.state} ${row.contentHash}`]));
  const [head] = await session.query<{ hash: string; events: number }>(
    'SELECT head_hash AS hash, events FROM agreement WHERE agreement_id = ?',
    [agreementId],
  );
  const isHead = head?.hash === (chain.head ?? '') && head.events === chain.length;
  const lines = [...chain.lines.values()];
  const differing = lines.filter(
    ({ version, state, contentHash: hash }) => kept.get(version) !== `${state} ${hash}`,
  );
  const unknown = rows.filter(({ version }) => !chain.lines.has(version));
  return [
    ...(isHead
      ? []
      : [`the events end at ${chain.length}, and ${head?.events ?? 'no'} were noted`]),
    ...differing.map(({ version, state }) => `version ${version} is ${state} by its events`),
    ...unknown.map(({ version }) => `version ${version} has a state and no events`),
  ];
}
