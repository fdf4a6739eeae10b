/**
 * From the records of one batch to row changes. Nothing is skipped silently: each record becomes a
 * change, a dead letter (unreadable, or contradicting the declaration), or the point where the
 * batch is cut because going on would damage the view.
 */
import { BusError, isBusError, reactionTo, type ErrorCode } from '../../base/errors.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import type { ChangeEvent } from '../../change/envelope.ts';
import { positionText } from '../../change/position.ts';
import { valueChecker, type ValueChecker } from '../../change/value-check.ts';
import type { RawRecord, TopicPartition } from '../../kafka/kafka.ts';
import type { UnitPlan } from '../compile/compile.ts';
import type { DeadLetter } from '../store/dead-letter-store.ts';
import type { HistoryOp, HistoryRow } from '../store/history-store.ts';
import type { Column } from '../view.ts';
import { versionBase } from '../version.ts';
import { sortKeyOf, type KeyedRow } from './reduce.ts';

/** Reads the records of one unit's topic; knows its writer schemas after `prepare`. */
export interface RecordReader {
  /** Fetches the writer schemas these records name. Throws only what concerns the registry as a whole. */
  prepare(records: readonly RawRecord[]): Promise<void>;
  /** The key columns, in declared order. */
  key(key: Buffer): readonly ColumnValue[];
  change(value: Buffer): ChangeEvent;
}

/** A unit stops at this record: everything before it is applied, nothing from it on. */
export type Cut = { readonly offset: bigint; readonly code: ErrorCode; readonly detail: string };

export type Decoded = {
  readonly rows: readonly KeyedRow[];
  readonly deadLetters: readonly DeadLetter[];
  readonly cut?: Cut;
  /** Every change in offset order, where the view keeps a history. */
  readonly history: readonly HistoryRow[];
  /** Dead letters at the end of what was read without a good record after them. */
  readonly deadInARow: number;
};

const POSITION_CHARS_MAX = 200;

/** So many unreadable records one after another are no accident: the unit halts. */
export const DEAD_LETTERS_IN_A_ROW_MAX = 100;

export type UnitDecoder = (
  records: readonly RawRecord[],
  at: TopicPartition & { readonly generation: number; readonly deadInARow: number },
) => Decoded;

/** Compiles the checks of a unit once; the decoder itself is synchronous. */
export function unitDecoder(plan: UnitPlan, reader: RecordReader): UnitDecoder {
  const keyChecks = checkersOf(plan.key);
  const valueChecks = checkersOf(plan.columns);
  return (records, { topic, partition, generation, deadInARow: before }) => {
    const base = versionBase(generation, partition);
    const rows: KeyedRow[] = [];
    const history: HistoryRow[] = [];
    const deadLetters: DeadLetter[] = [];
    let deadInARow = before;
    for (const record of records) {
      try {
        const found = rowOf(record, { plan, reader, keyChecks, valueChecks, base });
        if (found) rows.push(found.row);
        if (plan.history && found?.change) history.push(historyOf(record, found.row, found.change));
        deadInARow = 0;
      } catch (error) {
        const cut = cutFor(error, record, { topic, partition });
        if (cut) return { rows, history, deadLetters, deadInARow, cut };
        const { code, message } = error as BusError;
        deadLetters.push({
          topic,
          partition,
          offset: record.offset,
          generation,
          code,
          detail: message,
        });
        deadInARow++;
        if (deadInARow >= DEAD_LETTERS_IN_A_ROW_MAX) {
          return {
            rows,
            history,
            deadLetters,
            deadInARow,
            cut: tooMany(record, topic, deadInARow, code),
          };
        }
      }
    }
    return { rows, history, deadLetters, deadInARow };
  };
}

type RowContext = {
  readonly plan: UnitPlan;
  readonly reader: RecordReader;
  readonly keyChecks: readonly ColumnCheck[];
  readonly valueChecks: readonly ColumnCheck[];
  readonly base: bigint;
};

/** A tombstone brings no change: its delete came before it. */
type Found = { readonly row: KeyedRow; readonly change?: ChangeEvent };

function rowOf(record: RawRecord, context: RowContext): Found | undefined {
  const { reader, keyChecks, valueChecks, base } = context;
  if (record.value === null) {
    // A tombstone follows its delete; taken as a delete it also holds where the delete itself is gone.
    const key = keyOf(record, reader, keyChecks);
    return { row: keyedRow(record, key, null, base, record.timestampMs) };
  }
  const change = reader.change(record.value);
  if (change.op === 'm') return undefined;
  if (change.op === 't')
    throw new BusError('VIEW_TRUNCATED', {
      topic: context.plan.topic,
      partition: '?',
      offset: record.offset,
    });
  const key = keyOf(record, reader, keyChecks);
  if (change.op === 'd')
    return { row: keyedRow(record, key, null, base, change.sourceTsMs), change };
  const values = change.after ?? [];
  checkColumns(values, valueChecks);
  return { row: keyedRow(record, key, values, base, change.sourceTsMs), change };
}

function historyOf(
  { offset }: RawRecord,
  { key, values }: KeyedRow,
  change: ChangeEvent,
): HistoryRow {
  const { op, position, sourceTsMs } = change;
  return {
    offset,
    op: op as HistoryOp,
    key: key as readonly ColumnValue[],
    values: values as readonly ColumnValue[] | null,
    position: positionText(position).slice(0, POSITION_CHARS_MAX),
    sourceMs: sourceTsMs,
  };
}

function keyOf(
  record: RawRecord,
  reader: RecordReader,
  checks: readonly ColumnCheck[],
): readonly ColumnValue[] {
  if (record.key === null) throw new BusError('VIEW_KEY_MISSING');
  const key = reader.key(record.key);
  const nullAt = key.findIndex((value) => value === null);
  if (nullAt >= 0) throw new BusError('VIEW_KEY_OF_NULL', { column: checks[nullAt]?.name });
  checkColumns(key, checks);
  return key;
}

function keyedRow(
  record: RawRecord,
  key: readonly ColumnValue[],
  values: readonly ColumnValue[] | null,
  base: bigint,
  atMs: number,
): KeyedRow {
  return { key, values, atMs, version: base + record.offset, sortKey: sortKeyOf(key) };
}

type ColumnCheck = {
  readonly name: string;
  readonly type: Column['type'];
  readonly check: ValueChecker;
};

function checkersOf(columns: readonly Column[]): ColumnCheck[] {
  return columns.map(({ name, type }) => ({ name, type, check: valueChecker(type) }));
}

function checkColumns(values: readonly ColumnValue[], checks: readonly ColumnCheck[]): void {
  for (let index = 0; index < checks.length; index++) {
    const column = checks[index];
    const why = column?.check(values[index] ?? null);
    if (column && why !== undefined) {
      throw new BusError('VIEW_VALUE_REFUSED', {
        column: column.name,
        type: column.type.kind,
        why,
      });
    }
  }
}

/**
 * A record that only its own fault made unreadable is a dead letter; what says nothing about the
 * record is thrown, so that the batch is read again; anything else cuts the batch.
 */
function cutFor(
  error: unknown,
  record: RawRecord,
  { topic, partition }: TopicPartition,
): Cut | undefined {
  if (!(error instanceof BusError) || reactionTo(error) === 'retry') throw error;
  if (reactionTo(error) === 'fix-input') return undefined;
  const named = isBusError(error, 'VIEW_TRUNCATED')
    ? new BusError('VIEW_TRUNCATED', { topic, partition, offset: record.offset })
    : error;
  return { offset: record.offset, code: named.code, detail: named.message };
}

function tooMany(record: RawRecord, topic: string, count: number, code: string): Cut {
  const error = new BusError('VIEW_DEAD_LETTERS_IN_A_ROW', { count, topic, code, view: '' });
  // The letters found so far are stored; the unit stops after the last of them.
  return { offset: record.offset + 1n, code: error.code, detail: error.message };
}
