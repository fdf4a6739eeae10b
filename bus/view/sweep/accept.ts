/**
 * Accepting the cause of a halt: a person has looked, and what the unit cannot apply is passed
 * over, because a sweep of the whole unit follows that reads every row again. Only together with
 * the note of that sweep, in one transaction, is a halt lifted.
 */
import { BusError } from '../../base/errors.ts';
import type { SqlSession } from '../../sql/sql.ts';
import { clearHalt, type OffsetRow } from '../store/offset-store.ts';
import { abandonRuns, acceptWanted, wantedSweeps, type Ends } from '../store/sweep-store.ts';

/** A replaced topic has other coordinates: no sweep mends that, only a rebuild. */
const NOT_ACCEPTABLE: ReadonlySet<string> = new Set(['VIEW_TOPIC_REPLACED']);

export type Accepting = {
  readonly unit: string;
  readonly code: string;
  /** The unit's offset rows, by partition, locked by this transaction. */
  readonly rows: readonly OffsetRow[];
  /** Where the log begins and ends now; read after the unit was halted. */
  readonly starts: Ends;
  readonly ends: Ends;
};

/**
 * Passes what halted the unit and lifts the halt. A truncate is one record: changes after it are
 * still applied. Lost records cannot be: reading goes on where the log begins. Whatever else
 * halted it, the unit goes on after everything that is in the log now.
 */
export async function acceptHalt(session: SqlSession, halted: Accepting): Promise<void> {
  const { unit, code, rows } = halted;
  if (NOT_ACCEPTABLE.has(code))
    throw new BusError('SWEEP_NOTHING_TO_ACCEPT', { unit, state: code });
  const wanted = await wantedSweeps(session, unit);
  for (const row of rows) {
    const truncatedAt = wanted
      .filter(({ topic, partition }) => topic === row.topic && partition === row.partition)
      .map(({ offset }) => offset + 1n);
    const next = nextAfter(row, halted, truncatedAt);
    if (next > row.nextOffset) await passOver(session, row, next);
  }
  await acceptWanted(session, unit);
  await abandonRuns(session, unit);
  await clearHalt(session, unit);
}

function nextAfter(
  { partition, nextOffset }: OffsetRow,
  { code, starts, ends }: Accepting,
  truncatedAt: readonly bigint[],
): bigint {
  if (code === 'VIEW_TRUNCATED') return highest([nextOffset, ...truncatedAt]);
  if (code === 'VIEW_DATA_LOST') return highest([nextOffset, starts[partition] ?? 0n]);
  return highest([nextOffset, ends[partition] ?? 0n]);
}

/** A batch in hand of a member that knows the old place cannot commit, and finds the new one. */
async function passOver(session: SqlSession, row: OffsetRow, next: bigint): Promise<void> {
  await session.execute(
    'UPDATE civicbus_offset SET next_offset = ? WHERE unit = ? AND topic = ? AND `partition` = ? AND next_offset = ?',
    [next, row.unit, row.topic, row.partition, row.nextOffset],
  );
}

function highest(offsets: readonly bigint[]): bigint {
  return offsets.reduce((most, offset) => (offset > most ? offset : most), 0n);
}
