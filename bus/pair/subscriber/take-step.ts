/**
 * One step of a partition, in one transaction whose first statement is the compare-and-set: rows and
 * progress commit together or not at all, and a member that lost its partition commits nothing.
 */
import type { SqlDatabase, SqlSession } from '../../sql/sql.ts';
import type { Dialect } from './dialect.ts';
import { advance, discardFrom, readProgress, type Progress } from './progress-store.ts';
import { readSubscription, updateSubscription } from './subscription-store.ts';
import type { Delivery, Step } from './steps.ts';
import { clearStage, writeCopy, writeStage } from './write.ts';

/** A partition that this process holds, from one claim to the next. */
export type Held = Progress & { readonly owner: string };

export type TakeStepOptions = {
  readonly database: SqlDatabase;
  readonly dialect: Dialect;
  readonly agreementId: string;
  readonly table: string;
  readonly delivery: Delivery;
};

/** Where the partition stands afterwards; undefined when it was no longer as `held` says. */
export async function takeStep(
  options: TakeStepOptions,
  held: Held,
  { step, next }: { readonly step: Step; readonly next: bigint },
): Promise<Held | undefined> {
  const { agreementId, database } = options;
  const { part, owner, epoch, revision } = held;
  const seen = seenIn(step);
  const isApplied = step.kind === 'rows' && step.into === 'copy';
  const moved = await database.transaction(async (session) => {
    // Before any partition, as in every transaction that touches several.
    if (step.kind === 'begin') await readSubscription(session, agreementId, { lock: true });
    const ours = await advance(session, {
      agreementId,
      part,
      owner,
      epoch,
      revision,
      expected: held.next,
      next,
      state: step.state,
      seen,
      isApplied,
    });
    if (ours) await writeStep(session, options, { part, step });
    return ours;
  });
  return moved ? { ...held, ...step.state, next } : undefined;
}

async function writeStep(
  session: SqlSession,
  options: TakeStepOptions,
  { part, step }: { readonly part: number; readonly step: Step },
): Promise<void> {
  if (step.kind === 'rows') {
    if (step.into === 'copy') await writeCopy(session, options, step.rows);
    else await writeStage(session, { ...options, part }, step.rows);
  }
  if (step.kind === 'begin')
    await begin(session, options, { part, generation: step.state.generation });
}

/** A whole copy begins: what any partition gathered of an earlier one, or of a day, is overtaken. */
async function begin(
  session: SqlSession,
  options: TakeStepOptions,
  { part, generation }: { readonly part: number; readonly generation: number },
): Promise<void> {
  const { agreementId, delivery } = options;
  await clearStage(session, { ...options, part });
  const { newestGeneration } = await readSubscription(session, agreementId);
  if (newestGeneration >= generation) return;
  await updateSubscription(session, agreementId, { newest_generation: generation });
  const all = await readProgress(session, agreementId, { lock: true });
  const overtaken = all.filter((other) => isOvertaken(other, { part, generation, delivery }));
  await discardFrom(session, agreementId, { parts: overtaken.map((other) => other.part) });
}

function isOvertaken(
  { part, mode, control, generation: has }: Progress,
  by: { readonly part: number; readonly generation: number; readonly delivery: Delivery },
): boolean {
  if (part === by.part || has >= by.generation) return false;
  if (mode === 'waiting') return !(control ?? '').startsWith('END ');
  return mode === 'staging' || (mode === 'live' && by.delivery === 'daily');
}

function seenIn(step: Step): { readonly version: number; readonly sourceMs: number | null } | null {
  if (step.kind === 'wait' && step.record.kind === 'END') return null;
  if (step.kind === 'wait')
    return { version: step.record.version, sourceMs: step.record.sourceTimeMs };
  if (step.kind !== 'rows') return null;
  let version = 0;
  let sourceMs: number | null = null;
  for (const row of step.rows) {
    version = Math.max(version, row.version);
    if (row.sourceTimeMs !== null) sourceMs = Math.max(sourceMs ?? 0, row.sourceTimeMs);
  }
  return { version, sourceMs };
}
