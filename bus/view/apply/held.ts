/**
 * A partition that this process holds, from one claim to the next, and what its progress in the
 * database says when the compare-and-set missed.
 */
import type { TopicPartition } from '../../kafka/kafka.ts';
import type { UnitPlan } from '../compile/compile.ts';
import type { Advance, OffsetRow } from '../store/offset-store.ts';
import type { RecordReader, UnitDecoder } from './decode.ts';

/** One view × one source table, ready to read. */
export type Unit = {
  readonly plan: UnitPlan;
  readonly reader: RecordReader;
  readonly decode: UnitDecoder;
};

/** A partition this process holds, from one claim to the next. */
export type Held = TopicPartition & {
  readonly unit: Unit;
  readonly generation: number;
  readonly epoch: bigint;
  next: bigint;
  deadInARow: number;
};

/** The step of progress that a batch up to `next` makes. */
export function progressOf(held: Held, next: bigint, lastRecordTs: number | null): Advance {
  const { topic, partition, epoch } = held;
  return {
    unit: held.unit.plan.unit,
    topic,
    partition,
    epoch,
    expected: held.next,
    next,
    lastRecordTs,
  };
}

export type MissOutcome = 'happened' | 'elsewhere' | 'halted' | 'reclaimed' | 'taken';

/** Reads a missed compare-and-set (or a lost COMMIT answer) off the row as it is now. */
export function missOutcome(
  row: OffsetRow | undefined,
  mine: { readonly epoch: bigint; readonly owner: string; readonly next: bigint },
): MissOutcome {
  if (!row) return 'taken';
  if (row.epoch === mine.epoch) {
    if (row.haltCode !== null) return 'halted';
    return row.nextOffset === mine.next ? 'happened' : 'elsewhere';
  }
  return row.owner === mine.owner ? 'reclaimed' : 'taken';
}
