/**
 * One captured change as the bus sees it: images are arrays in the declared column order, so no
 * name chosen by a source ever becomes a property name. Says nothing about what to do with it.
 */
import { BusError } from '../base/errors.ts';
import type { ColumnValue } from './column-value.ts';
import type { SourcePosition } from './position.ts';

/** create, update, delete, snapshot read, truncate, message (to be skipped). */
export type ChangeOp = 'c' | 'u' | 'd' | 'r' | 't' | 'm';

/** How the row was read: from the log, by the initial or a blocking snapshot, by an incremental one. */
export type SnapshotKind = 'no' | 'initial' | 'incremental';

export type RowImage = readonly ColumnValue[];

export type ChangeEvent = {
  readonly op: ChangeOp;
  /** Null also where the projection does not ask for it. */
  readonly before: RowImage | null;
  readonly after: RowImage | null;
  /** When the source says it happened, ms since 1970 UTC; whole seconds on MariaDB. */
  readonly sourceTsMs: number;
  /** When the capture read it, ms since 1970 UTC. */
  readonly captureTsMs: number;
  readonly snapshot: SnapshotKind;
  readonly position: SourcePosition;
  /** The source transaction, where the capture adds it (provide.transaction.metadata). */
  readonly transactionId: string | null;
};

const OPS: ReadonlySet<string> = new Set<ChangeOp>(['c', 'u', 'd', 'r', 't', 'm']);

export function isChangeOp(value: unknown): value is ChangeOp {
  return typeof value === 'string' && OPS.has(value);
}

/** Reads `source.snapshot`; anything unknown counts as an initial snapshot row. */
export function snapshotKind(value: unknown): SnapshotKind {
  if (value === null || value === undefined || value === 'false') return 'no';
  return value === 'incremental' ? 'incremental' : 'initial';
}

/**
 * Checks that the images fit the kind of change. `beforeKnown` is false where `before` was not
 * read at all. Throws CHANGE_CONTRADICTORY.
 */
export function checkChange(event: ChangeEvent, beforeKnown: boolean): ChangeEvent {
  const { op, before, after } = event;
  if ((op === 'c' || op === 'u' || op === 'r') && after === null)
    throw contradiction(op, 'no row after it');
  if (op === 'd' && after !== null) throw contradiction(op, 'a row after it');
  if (op === 'd' && beforeKnown && before === null) throw contradiction(op, 'no row before it');
  if (op === 't' && (after !== null || before !== null))
    throw contradiction(op, 'it carries a row');
  return event;
}

function contradiction(op: ChangeOp, why: string): BusError {
  return new BusError('CHANGE_CONTRADICTORY', { op, why });
}
