/**
 * The sweep: one mechanism for a truncated table, lost records, vanished rows and repair. Notes
 * where the log ends, has the source's rows written to it again while changes flow, waits until
 * they are applied, and clears the rows that were not among them. Every step is kept in
 * `civicbus_sweep_run`; a sweep that was cut off goes on where it stopped, in any process.
 */
import { type Clock, systemClock } from '../../base/clock.ts';
import { BusError } from '../../base/errors.ts';
import { must } from '../../base/assert.ts';
import { waitFor } from '../../base/retry.ts';
import { signalOf } from '../../base/signal.ts';
import type { KafkaAdmin } from '../../kafka/kafka.ts';
import type { SqlDatabase } from '../../sql/sql.ts';
import { compileView, type UnitPlan } from '../compile/compile.ts';
import { countOpenSince } from '../store/dead-letter-store.ts';
import { listOffsets } from '../store/offset-store.ts';
import { moveRun, type Ends, type SweepRun, type SweepState } from '../store/sweep-store.ts';
import { unitName, type Block, type ViewModel } from '../view.ts';
import { beginSweep, logOf } from './begin.ts';
import { clear, deriveAnew, disarm } from './clear.ts';
import { isWhole, type KeyRange, type KeyScope, type RowKey } from './key-scope.ts';
import type { Reread } from './reread.ts';

export type SweepPorts = {
  /** The view's database, as an operator: not as the consumer's user. */
  readonly database: SqlDatabase;
  readonly admin: KafkaAdmin;
  readonly reread: Reread;
  readonly clock?: Clock;
};

export type SweepOptions = {
  readonly view: ViewModel;
  /** Name of the block, or of the unit ("population/person"). */
  readonly unit: string;
  /** Source keys, both ends included; with neither this nor `keys` the whole unit is swept. */
  readonly range?: KeyRange;
  /** Exactly these source keys. */
  readonly keys?: readonly RowKey[];
  /** Accept what halted the unit (a truncate, lost records, …): a person has looked at it. */
  readonly accept?: boolean;
  /** Why, as it is listed later; the halt's code where one is accepted. */
  readonly cause?: string;
  readonly ports: SweepPorts;
  /** Limit of the whole; when it is over the sweep stays as far as it is and can be taken up again. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onState?: (state: SweepState, run: SweepRun) => void;
};

export type SweepResult = {
  readonly id: string;
  readonly unit: string;
  /** Rows that were not read again, and are cleared. */
  readonly cleared: number;
  /** Rows with a version that no record has; they were written anew, or cleared. */
  readonly disarmed: number;
  /** Entities whose mirrored block differed from its mirror; only a whole unit is looked through. */
  readonly derived: number;
};

const PROGRESS_CHECK_MS = 200;

/**
 * Carries one sweep out, or the rest of one that was begun over the same scope. The consumer must
 * be running. Throws what `beginSweep` throws, SWEEP_REREAD_FAILED, SWEEP_LETTERS, BUS_TIMEOUT.
 */
export async function sweepUnit(options: SweepOptions): Promise<SweepResult> {
  const { ports, cause = 'repair', accept = false } = options;
  const { block, plan } = findUnit(options);
  const scope = scopeOf(options);
  const { database, admin, reread, clock = systemClock } = ports;
  const deadline = clock.now() + options.timeoutMs;
  const run = await beginSweep({
    database,
    admin,
    plan,
    scope,
    cause,
    accept,
    noticesFrom: () => reread.begin(block.from.source),
  });
  const sweep: Sweep = { options, plan, block, scope, run, clock, deadline };
  options.onState?.(run.state, run);
  let { state, ends } = run;
  let disarmed = 0;
  if (state === 'noted') {
    disarmed = await disarmRows(sweep);
    ends = await readAgain(sweep);
    state = await move(sweep, 'read', ends);
  }
  if (state === 'read') {
    await untilApplied(sweep, must(ends, 'a sweep that was read has ends'));
    state = await move(sweep, 'applied');
  }
  const cleared = await clearRows(sweep);
  const derived = isWhole(scope) ? await deriveBlocks(sweep) : 0;
  await move(sweep, 'done');
  return { id: run.id, unit: plan.unit, cleared, disarmed, derived };
}

type Sweep = {
  readonly options: SweepOptions;
  readonly plan: UnitPlan;
  readonly block: Block;
  readonly scope: KeyScope;
  readonly run: SweepRun;
  readonly clock: Clock;
  readonly deadline: number;
};

/** The block and plan of a unit, by either of its names. Throws SWEEP_UNIT_UNKNOWN. */
export function findUnit({ view, unit }: Pick<SweepOptions, 'view' | 'unit'>): {
  readonly block: Block;
  readonly plan: UnitPlan;
} {
  const at = view.blocks.findIndex((one) => one.name === unit || unitName(view, one) === unit);
  const block = view.blocks[at];
  const plan = compileView(view)[at];
  if (block && plan) return { block, plan };
  const known = view.blocks.map(({ name }) => name).join(', ');
  throw new BusError('SWEEP_UNIT_UNKNOWN', { view: view.name, unit, known });
}

function scopeOf({ range, keys }: SweepOptions): KeyScope {
  return { ...(range ? { range } : {}), ...(keys ? { keys } : {}) };
}

async function move({ options, run }: Sweep, state: SweepState, ends?: Ends): Promise<SweepState> {
  await moveRun(options.ports.database, run.id, { state, ...(ends ? { ends } : {}) });
  options.onState?.(state, run);
  return state;
}

async function disarmRows({ options, plan, scope, run, clock }: Sweep): Promise<number> {
  const { database, admin } = options.ports;
  return disarm({
    database,
    plan,
    scope,
    clock,
    ...signalOf(options),
    horizon: async () => ({
      generation: run.generation,
      ends: (await logOf(admin, plan.topic)).ends,
    }),
  });
}

/** Ends of the log after everything was written that was asked for. */
async function readAgain({ options, plan, block, run, ...sweep }: Sweep): Promise<Ends> {
  await options.ports.reread.read({
    id: run.id,
    source: block.from.source,
    table: block.from.table,
    since: run.noticesFrom,
    timeoutMs: Math.max(0, sweep.deadline - sweep.clock.now()),
    ...signalOf(options),
  });
  return (await logOf(options.ports.admin, plan.topic)).ends;
}

async function untilApplied({ options, plan, clock, deadline }: Sweep, ends: Ends): Promise<void> {
  let halted: BusError | undefined;
  const probe = async (): Promise<boolean> => {
    const rows = await listOffsets(options.ports.database, [plan.unit]);
    const code = rows.find(({ haltCode }) => haltCode !== null)?.haltCode;
    if (code) halted = new BusError('SWEEP_UNIT_HALTED', { unit: plan.unit, code });
    if (halted) return true;
    return ends.every((end, partition) =>
      rows.some((row) => row.partition === partition && row.nextOffset >= end),
    );
  };
  await waitFor(probe, {
    what: `unit ${plan.unit} to apply what was read again (its consumer must run)`,
    timeoutMs: Math.max(0, deadline - clock.now()),
    intervalMs: PROGRESS_CHECK_MS,
    clock,
    ...signalOf(options),
  });
  if (halted) throw halted;
}

/** A record that was read again and set aside may be the row that seems to be gone: then nothing is cleared. */
async function clearRows({ options, plan, scope, run, clock }: Sweep): Promise<number> {
  const { database } = options.ports;
  const { generation, starts } = run;
  const letters = await countOpenSince(database, { unit: plan.unit, generation, starts });
  if (letters > 0) throw new BusError('SWEEP_LETTERS', { unit: plan.unit, letters });
  return clear({
    database,
    plan,
    scope,
    clock,
    ...signalOf(options),
    horizon: { generation, ends: starts },
    runId: run.id,
  });
}

async function deriveBlocks({ options, plan, block, scope, clock }: Sweep): Promise<number> {
  const { database } = options.ports;
  const { view } = options;
  return deriveAnew({ database, view, block, plan, scope, clock, ...signalOf(options) });
}
