/**
 * What the next records of a partition mean, given its state: pure, one step at a time. A step is
 * what one transaction does; control records are steps of their own. SPEC.md has the table.
 */
import type { z } from 'zod';
import { assert } from '../../base/assert.ts';
import { BusError } from '../../base/errors.ts';
import { backfillEnd, backfillStart, cutoff, end } from '../control-record.ts';
import type { ControlRecord, RowRecord, SubscriberRecord } from './decode.ts';
import type { PartitionState } from './progress-store.ts';

export type Delivery = 'realtime' | 'daily';

export type Step =
  /** Rows to write: into the copy, or beside it. */
  | {
      readonly kind: 'rows';
      readonly into: 'copy' | 'stage';
      readonly rows: readonly RowRecord[];
      readonly state: PartitionState;
    }
  /** Nothing to write; the state stays. */
  | { readonly kind: 'pass'; readonly records: number; readonly state: PartitionState }
  /** A whole copy begins: what was gathered in this partition is thrown away. */
  | { readonly kind: 'begin'; readonly record: ControlRecord; readonly state: PartitionState }
  /** Stop here until every partition has come to the same control record. */
  | { readonly kind: 'wait'; readonly record: ControlRecord; readonly state: PartitionState };

/** The first step of `records`, of which there is at least one. Throws SUBSCRIBER_FOREIGN_RECORD, SUBSCRIBER_MODE_DIFFERS. */
export function nextStep(
  records: readonly SubscriberRecord[],
  at: { readonly state: PartitionState; readonly delivery: Delivery; readonly partition: number },
): Step {
  assert(at.state.mode !== 'waiting', 'a partition that waits takes no step');
  const [first] = records;
  if (first === undefined) return { kind: 'pass', records: 0, state: at.state };
  if (isControl(first)) return controlStep(first, at);
  const { state, delivery } = at;
  const use = useOf(first, state);
  const rows: RowRecord[] = [];
  for (const record of records) {
    if (isControl(record) || record.generation !== first.generation) break;
    rows.push(record);
  }
  if (use === 'pass') return { kind: 'pass', records: rows.length, state };
  const into = state.mode === 'staging' || delivery === 'daily' ? 'stage' : 'copy';
  return { kind: 'rows', into, rows, state: { ...state, generation: first.generation } };
}

/** How many records of a batch a step takes. */
export function takenBy(step: Step): number {
  switch (step.kind) {
    case 'rows':
      return step.rows.length;
    case 'pass':
      return step.records;
    default:
      return 1;
  }
}

function useOf(
  { generation }: RowRecord,
  { mode, generation: ours }: PartitionState,
): 'write' | 'pass' {
  // Rows of a generation that never began here belong to a copy that is incomplete here.
  if (mode === 'staging') return generation === ours ? 'write' : 'pass';
  // An agreement without a first copy begins anew without a BACKFILL_START.
  if (mode === 'live') return generation >= ours ? 'write' : 'pass';
  return 'pass';
}

function controlStep(
  record: ControlRecord,
  at: { readonly state: PartitionState; readonly delivery: Delivery; readonly partition: number },
): Step {
  const { state, delivery } = at;
  const pass: Step = { kind: 'pass', records: 1, state };
  switch (record.kind) {
    case 'BACKFILL_START': {
      const { generation } = controlOf(record, backfillStart, at);
      if (generation <= state.generation) return pass;
      return { kind: 'begin', record, state: { mode: 'staging', generation, control: null } };
    }
    case 'BACKFILL_END': {
      const { generation } = controlOf(record, backfillEnd, at);
      const isOurs = state.mode === 'staging' && generation === state.generation;
      return isOurs ? waitAt(record, state) : pass;
    }
    case 'CUTOFF': {
      controlOf(record, cutoff, at);
      if (state.mode !== 'live' || record.generation < state.generation) return pass;
      if (delivery === 'realtime') throw new BusError('SUBSCRIBER_MODE_DIFFERS');
      return waitAt(record, { ...state, generation: record.generation });
    }
    case 'END':
      controlOf(record, end, at);
      return waitAt(record, state);
  }
}

function waitAt(record: ControlRecord, state: PartitionState): Step {
  const control = `${record.kind} ${record.control}`;
  return { kind: 'wait', record, state: { ...state, mode: 'waiting', control } };
}

/** What a waiting partition's state holds: the kind and the JSON of the control record. */
export function waitedFor(control: string): {
  readonly kind: ControlRecord['kind'];
  readonly json: string;
} {
  const blank = control.indexOf(' ');
  return {
    kind: control.slice(0, blank) as ControlRecord['kind'],
    json: control.slice(blank + 1),
  };
}

function controlOf<S extends z.ZodType>(
  { offset, control, kind }: ControlRecord,
  schema: S,
  { partition }: { readonly partition: number },
): z.output<S> {
  const parsed = schema.safeParse(parsedJson(control));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path }) => path.join('.') || 'all of it').join(', ');
  const why = `its ${kind} cannot be read (${where})`;
  throw new BusError('SUBSCRIBER_FOREIGN_RECORD', { offset, partition, why });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isControl(record: SubscriberRecord): record is ControlRecord {
  return record.kind !== 'UPSERT' && record.kind !== 'DELETE';
}
