/**
 * What happens once every partition stands at the same control record: the gathered copy is put in
 * place of the old one, a day's changes are applied, or an ended agreement's copy is purged. One
 * transaction of DML each, so that readers see the old data whole or the new; what does not agree
 * with the gateway's counts and fingerprint changes nothing.
 */
import { createHash } from 'node:crypto';
import { BusError } from '../../base/errors.ts';
import type { SqlDatabase, SqlSession } from '../../sql/sql.ts';
import { backfillEnd, cutoff } from '../control-record.ts';
import type { Dialect } from './dialect.ts';
import { columnNames, keyNames, parseLayout, type Layout } from './layout.ts';
import { discardFrom, goLive, readProgress, type Progress } from './progress-store.ts';
import {
  noteFault,
  readSubscription,
  updateSubscription,
  type Subscription,
} from './subscription-store.ts';
import { stagedKeys } from './staged-keys.ts';
import { waitedFor } from './steps.ts';
import { MANIFEST_TABLE, quoted, STAGE, stageTable } from './tables.ts';

export type SettleOptions = {
  readonly database: SqlDatabase;
  readonly dialect: Dialect;
  readonly agreementId: string;
  readonly table: string;
  readonly nowMs: number;
};

export type Settled =
  /** Some partition has not come so far. */
  | { readonly kind: 'not-yet' }
  | { readonly kind: 'copied'; readonly generation: number; readonly rows: number }
  | { readonly kind: 'day-applied'; readonly day: string; readonly rows: number }
  | { readonly kind: 'purged'; readonly rows: number }
  /** Nothing was changed; the next whole copy is waited for. */
  | { readonly kind: 'mismatch'; readonly fault: BusError };

/** Does what the control record asks for when all partitions wait at it; may be called at any time, by any member. */
export async function settle(options: SettleOptions): Promise<Settled> {
  const { database, agreementId } = options;
  return database.transaction(async (session) => {
    const subscription = await readSubscription(session, agreementId, { lock: true });
    const progress = await readProgress(session, agreementId, { lock: true });
    const controls = waitedControls(subscription, progress);
    if (controls === undefined) return { kind: 'not-yet' };
    const context = { ...options, session, subscription, progress };
    try {
      // Begun anew, a copy takes those along that wait for its forerunner: nobody waits for another one.
      requireEqual('control records', 'different ones', { sent: 1, found: controls.length });
      const settled = await settleAt(context, waitedFor(controls[0] ?? ''));
      await session.execute(`DELETE FROM ${options.dialect.quote(stageTable(options.table))}`);
      return settled;
    } catch (error) {
      if (!(error instanceof BusError) || error.code !== 'SUBSCRIBER_COPY_MISMATCH') throw error;
      return refuse(context, error);
    }
  });
}

type Context = SettleOptions & {
  readonly session: SqlSession;
  readonly subscription: Subscription;
  readonly progress: readonly Progress[];
};

/** The control records at which all partitions wait; undefined while one of them does not. */
function waitedControls(
  { partitions, purgedAtMs }: Subscription,
  progress: readonly Progress[],
): readonly string[] | undefined {
  if (partitions === 0 || progress.length !== partitions || purgedAtMs !== null) return undefined;
  if (progress.some(({ mode }) => mode !== 'waiting')) return undefined;
  return [...new Set(progress.map(({ control }) => control ?? ''))];
}

async function settleAt(
  context: Context,
  { kind, json }: { readonly kind: string; readonly json: string },
): Promise<Settled> {
  switch (kind) {
    case 'BACKFILL_END':
      return swapCopy(context, backfillEnd.parse(JSON.parse(json)));
    case 'CUTOFF':
      return applyDay(context, json);
    default:
      return purge(context);
  }
}

async function swapCopy(
  context: Context,
  { generation, rows, keySetHash }: { generation: number; rows: number; keySetHash: string },
): Promise<Settled> {
  const { session, dialect, table, agreementId } = context;
  const layout = layoutIn(context);
  const staged = await stagedKeys(session, { dialect, table });
  const what = `copy ${generation}`;
  requireEqual(what, 'rows', { sent: rows, found: staged.there });
  requireEqual(what, 'rows taken back', { sent: 0, found: staged.gone });
  requireEqual(what, 'fingerprint of the keys', { sent: keySetHash, found: staged.hash });
  const { quote } = dialect;
  const same = keyNames(layout).map((name) => `s.${quote(name)} = ${quote(table)}.${quote(name)}`);
  await session.execute(
    `DELETE FROM ${quote(table)} WHERE NOT EXISTS ` +
      `(SELECT 1 FROM ${quote(stageTable(table))} AS s WHERE ${same.join(' AND ')})`,
  );
  await upsertStaged(context, layout);
  await goOn(context);
  await updateSubscription(session, agreementId, {
    generation,
    fault_code: null,
    fault_detail: null,
  });
  return { kind: 'copied', generation, rows };
}

async function applyDay(context: Context, json: string): Promise<Settled> {
  const { session, dialect, table, agreementId, nowMs } = context;
  const manifest = cutoff.parse(JSON.parse(json));
  const layout = layoutIn(context);
  const staged = await stagedKeys(session, { dialect, table });
  const what = `day ${manifest.day}`;
  requireEqual(what, 'changed rows', { sent: manifest.upserts, found: staged.there });
  requireEqual(what, 'deleted rows', { sent: manifest.deletes, found: staged.gone });
  requireEqual(what, 'fingerprint of the keys', { sent: manifest.keySetHash, found: staged.hash });
  const generation = context.progress[0]?.generation ?? 0;
  const before = await lastManifest(context, generation);
  const previous = manifest.previous ?? 'none';
  if (before !== undefined)
    requireEqual(what, 'manifest before it', { sent: previous, found: before });
  await session.execute(
    dialect.deleteJoined({
      from: table,
      by: stageTable(table),
      key: keyNames(layout),
      where: `s.${dialect.quote(STAGE.isThere)} = 0`,
    }),
  );
  await upsertStaged(context, layout);
  await session.execute(
    `INSERT INTO ${MANIFEST_TABLE} (agreement_id, cut_version, generation, day, manifest, hash, applied_at_ms) VALUES ?`,
    [[[agreementId, manifest.cutVersion, generation, manifest.day, json, sha256(json), nowMs]]],
  );
  await goOn(context);
  return { kind: 'day-applied', day: manifest.day, rows: staged.there + staged.gone };
}

async function purge(context: Context): Promise<Settled> {
  const { session, dialect, table, agreementId, nowMs } = context;
  const { affectedRows } = await session.execute(`DELETE FROM ${dialect.quote(table)}`);
  await updateSubscription(session, agreementId, {
    rows_purged: affectedRows,
    purged_at_ms: nowMs,
    generation: 0,
  });
  return { kind: 'purged', rows: affectedRows };
}

/** The copy stays as it is; what comes next is passed over until a newer copy begins. */
async function refuse(context: Context, fault: BusError): Promise<Settled> {
  const { session, agreementId, progress } = context;
  await discardFrom(session, agreementId, { parts: partsOf(progress) });
  await noteFault(session, agreementId, { code: fault.code, detail: fault.message });
  return { kind: 'mismatch', fault };
}

async function goOn({ session, agreementId, progress }: Context): Promise<void> {
  await goLive(session, agreementId, partsOf(progress));
}

async function upsertStaged(
  { session, dialect, table, subscription }: Context,
  layout: Layout,
): Promise<void> {
  const { quote } = dialect;
  const columns = columnNames(layout);
  const dropped =
    subscription.droppedColumns === null
      ? []
      : (JSON.parse(subscription.droppedColumns) as string[]);
  await session.execute(
    `INSERT INTO ${quote(table)} (${quoted(dialect, columns)}) ` +
      `SELECT ${columns.map((name) => `s.${quote(name)}`).join(', ')} FROM ${quote(stageTable(table))} AS s ` +
      `WHERE s.${quote(STAGE.isThere)} = 1 ` +
      dialect.onConflict(keyNames(layout), columns.slice(layout.keyColumns), dropped),
  );
}

/** Hash of the manifest before in this generation; undefined when this is its first. */
async function lastManifest(
  { session, agreementId }: Context,
  generation: number,
): Promise<string | undefined> {
  const [row] = await session.query<{ readonly hash: string }>(
    `SELECT hash FROM ${MANIFEST_TABLE} WHERE agreement_id = ? AND generation = ? ORDER BY cut_version DESC LIMIT 1`,
    [agreementId, generation],
  );
  return row?.hash;
}

function layoutIn({ subscription }: Context): Layout {
  return parseLayout(subscription.layout ?? '');
}

function partsOf(progress: readonly Progress[]): number[] {
  return progress.map(({ part }) => part);
}

function requireEqual(
  what: string,
  count: string,
  { sent, found }: { readonly sent: number | string; readonly found: number | string },
): void {
  if (sent === found) return;
  const difference = `${count}: ${sent} sent, ${found} arrived`;
  throw new BusError('SUBSCRIBER_COPY_MISMATCH', { what, difference });
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
