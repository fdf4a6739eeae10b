/**
 * The only way an event gets into the control database. Signatures and the linter are asked first;
 * then one transaction locks the control version, reads the chain, decides, and writes event, state
 * and version, or nothing. The lock is one for all agreements: decisions are rare, and so the order
 * of `seq` is the order of commits.
 */
import type { AgreementContent } from '../agreement/agreement.ts';
import { canonicalJson, contentHash } from '../agreement/canonical/canonical.ts';
import { eventHash, eventPayload, statementOf } from '../agreement/lifecycle/event.ts';
import { lineOf, type Chain } from '../agreement/lifecycle/fold.ts';
import type { Facts } from '../agreement/lifecycle/guards.ts';
import { takeIn, type Given } from '../agreement/lifecycle/intake.ts';
import { refusalError } from '../agreement/lifecycle/refusal.ts';
import type { SignedEvent, Verb } from '../agreement/lifecycle/verbs.ts';
import type { OrgPublicKey } from '../agreement/signature/keys.ts';
import { verifyStatement } from '../agreement/signature/signature.ts';
import { systemClock } from '../base/clock.ts';
import { BusError, isBusError } from '../base/errors.ts';
import { retry } from '../base/retry.ts';
import type { SqlSession } from '../sql/sql.ts';
import type { Control } from './control.ts';
import { readRecord, type AgreementRecord } from './record.ts';
import { bumpVersion } from './version.ts';

export type Append = {
  readonly agreementId: string;
  /** One event, or the two of a takeover: all or none. */
  readonly events: readonly SignedEvent[];
  /** Content that the events bring along. */
  readonly documents?: readonly AgreementContent[];
  /** Of a purge receipt whose signature the caller has checked. */
  readonly receipt?: Facts['receipt'];
};

const ATTEMPTS_MAX = 5;
/** What the kept state shows of a reason; the event has all of it. */
const REASON_CHARS_MAX = 1_000;
/** Verbs whose guard asks the linter. */
const LINTED: ReadonlySet<Verb> = new Set(['submit', 'approve', 'counter']);
/** Verbs whose guard asks for the audit record. */
const AUDITED: ReadonlySet<Verb> = new Set(['activate', 'resume']);

/**
 * Takes the events in and answers the agreement as it stands then. Throws the refusal
 * (LIFECYCLE_IMPOSSIBLE, _NOT_PERMITTED, _GUARDED, _STALE, _TIME_WRONG, _CONTENT_UNKNOWN,
 * _SIGNER_WRONG, _NAME_TAKEN, AGREEMENT_SIGNATURE_INVALID, AGREEMENT_KEY_UNKNOWN).
 */
export async function appendEvents(control: Control, append: Append): Promise<AgreementRecord> {
  for (const event of append.events)
    await verifySigner(event, control.publicKeys, append.agreementId);
  const facts = await askChecks(control, append);
  const last = append.events.at(-1);
  return retry(
    async () => {
      try {
        return await control.db.transaction((session) => appendIn(session, { append, facts }));
      } catch (error) {
        const isThere =
          isBusError(error, 'SQL_COMMIT_UNKNOWN') &&
          last !== undefined &&
          (await isStored(control.db, eventHash(last)));
        if (isThere) return readRecord(control.db, { agreementId: append.agreementId, name: '' });
        throw error;
      }
    },
    {
      attemptsMax: ATTEMPTS_MAX,
      mayRetry: (error) =>
        isBusError(error, 'SQL_DEADLOCK', 'SQL_LOCK_TIMEOUT', 'SQL_COMMIT_UNKNOWN'),
    },
  );
}

/** The organization that an event names has signed it. */
export async function verifySigner(
  event: SignedEvent,
  publicKeys: readonly OrgPublicKey[],
  name: string,
): Promise<void> {
  const signer = await verifyStatement(event.jws, statementOf(event), publicKeys);
  if (signer.orgId === event.org) return;
  const { verb, org } = event;
  throw new BusError('LIFECYCLE_SIGNER_WRONG', { verb, name, org, signer: signer.orgId });
}

type Asked = Omit<Given, 'filingNumberTaken' | 'deployedHash'>;

/** Everything that is asked outside of the transaction: it may be slow, and it does not change. */
async function askChecks(
  { db, authority, checks, addWorkingDays, clock = systemClock }: Control,
  { agreementId, events, documents = [], receipt }: Append,
): Promise<Asked> {
  const linted = events.find(({ verb }) => LINTED.has(verb));
  const about = linted ?? events[0];
  const content =
    documents.find((one) => contentHash(one) === about?.contentHash) ??
    (about && (await readContent(db, { agreementId, hash: about.contentHash })));
  const activating = events.find(({ verb }) => verb === 'activate')?.version;
  const isAudited = events.some(({ verb }) => AUDITED.has(verb));
  const sharing = content && checks.sharingOf(content.resource.resourceId);
  return {
    authority,
    addWorkingDays,
    nowMs: clock.now(),
    problems: linted && content ? await checks.lint(content) : [],
    auditWritable: !isAudited || (await checks.isAuditWritable()),
    ...(sharing === undefined ? {} : { sharing }),
    ...(activating === undefined ? {} : { activating }),
    ...(receipt === undefined ? {} : { receipt }),
  };
}

async function appendIn(
  session: SqlSession,
  { append, facts }: { readonly append: Append; readonly facts: Asked },
): Promise<AgreementRecord> {
  const { agreementId, events, documents = [] } = append;
  const before = await bumpVersion(session, events.length);
  for (const document of documents.filter(({ id }) => id === agreementId)) {
    await addDocument(session, document, facts.nowMs);
  }
  const name = await nameOf(session, agreementId);
  const record = await readRecord(session, { agreementId, name });
  const given: Given = { ...facts, ...(await askDatabase(session, events)) };
  const intake = takeIn(record.chain, events, { contents: record.contents, given });
  if (!intake.ok) throw refusalError(intake.event, intake.refusal, name || agreementId);
  for (const [index, event] of events.entries()) {
    await insertEvent(session, event, {
      seq: before + BigInt(index + 1),
      position: record.chain.length + index + 1,
    });
  }
  await writeStates(session, agreementId, { before: record.chain, after: intake.chain });
  return { ...record, events: [...record.events, ...events], chain: intake.chain };
}

async function addDocument(
  session: SqlSession,
  content: AgreementContent,
  nowMs: number,
): Promise<void> {
  const { id, name, version } = content;
  await session.execute('INSERT IGNORE INTO agreement (agreement_id, name) VALUES (?, ?)', [
    id,
    name,
  ]);
  const [owner] = await session.query<{ id: string }>(
    'SELECT agreement_id AS id FROM agreement WHERE name = ?',
    [name],
  );
  if (owner !== undefined && owner.id !== id) {
    throw new BusError('LIFECYCLE_NAME_TAKEN', { name, owner: owner.id });
  }
  await session.execute(
    `INSERT IGNORE INTO agreement_document (agreement_id, content_hash, version, content, added_ms)
      VALUES (?, ?, ?, ?, ?)`,
    [id, contentHash(content), version, canonicalJson(content), nowMs],
  );
}

async function nameOf(session: SqlSession, agreementId: string): Promise<string> {
  const [found] = await session.query<{ name: string }>(
    'SELECT name FROM agreement WHERE agreement_id = ?',
    [agreementId],
  );
  if (!found) throw new BusError('LIFECYCLE_UNKNOWN', { name: agreementId });
  return found.name;
}

async function askDatabase(
  session: SqlSession,
  events: readonly SignedEvent[],
): Promise<Pick<Given, 'filingNumberTaken' | 'deployedHash'>> {
  const number = events.find(({ verb }) => verb === 'file')?.data['number'] ?? '';
  const [taken] = await session.query('SELECT number FROM agreement_filing WHERE number = ?', [
    number,
  ]);
  const activated = events.find(({ verb }) => verb === 'activate');
  const [deployed] = await session.query<{ contentHash: string }>(
    'SELECT content_hash AS contentHash FROM deployment WHERE agreement_id = ? AND version = ?',
    [activated?.agreementId ?? '', activated?.version ?? ''],
  );
  return {
    filingNumberTaken: taken !== undefined,
    ...(deployed ? { deployedHash: deployed.contentHash } : {}),
  };
}

async function insertEvent(
  session: SqlSession,
  event: SignedEvent,
  { seq, position }: { readonly seq: bigint; readonly position: number },
): Promise<void> {
  const { agreementId, version, verb, org, time, previousEventHash, data } = event;
  await session.execute(
    `INSERT INTO agreement_event (seq, agreement_id, position, version, content_hash, verb, org, at_ms,
        previous_hash, event_hash, payload) VALUES (?)`,
    [
      [
        seq,
        agreementId,
        position,
        version,
        event.contentHash,
        verb,
        org,
        Date.parse(time),
        previousEventHash ?? '',
        eventHash(event),
        eventPayload(event),
      ],
    ],
  );
  if (verb !== 'file') return;
  await session.execute(
    'INSERT INTO agreement_filing (number, agreement_id, version) VALUES (?, ?, ?)',
    [data['number'], agreementId, version],
  );
}

async function writeStates(
  session: SqlSession,
  agreementId: string,
  { before, after }: { readonly before: Chain; readonly after: Chain },
): Promise<void> {
  for (const line of after.lines.values()) {
    if (line === lineOf(before, line.version)) continue;
    const { version, state, since, reason } = line;
    await session.execute(
      `INSERT INTO agreement_state (agreement_id, version, state, content_hash, since_ms, reason)
        VALUES (?, ?, ?, ?, ?, ?)
        ON DUPLICATE KEY UPDATE state = VALUES(state), content_hash = VALUES(content_hash),
          since_ms = VALUES(since_ms), reason = VALUES(reason)`,
      [
        agreementId,
        version,
        state,
        line.contentHash,
        Date.parse(since),
        reason.slice(0, REASON_CHARS_MAX),
      ],
    );
  }
  await session.execute('UPDATE agreement SET head_hash = ?, events = ? WHERE agreement_id = ?', [
    after.head ?? '',
    after.length,
    agreementId,
  ]);
}

async function isStored(db: SqlSession, hash: string): Promise<boolean> {
  const [row] = await db.query('SELECT seq FROM agreement_event WHERE event_hash = ?', [hash]);
  return row !== undefined;
}

async function readContent(
  db: SqlSession,
  { agreementId, hash }: { readonly agreementId: string; readonly hash: string },
): Promise<AgreementContent | undefined> {
  const [row] = await db.query<{ content: string }>(
    'SELECT content FROM agreement_document WHERE agreement_id = ? AND content_hash = ?',
    [agreementId, hash],
  );
  return row && (JSON.parse(row.content) as AgreementContent);
}
