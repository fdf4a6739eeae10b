/**
 * One unit against its source: waits until it has caught up (bounded), walks both tables chunk by
 * chunk, and reports only differences that stay when everything was applied. For a mirrored block
 * the entities' blocks are then held against the mirror in one snapshot of the hub.
 */
import type { Clock } from '../base/clock.ts';
import type { SqlDatabase } from '../sql/sql.ts';
import type { UnitPlan } from '../view/compile/compile.ts';
import { rowsTable, type Block, type ViewModel } from '../view/view.ts';
import { describe, settle, type KeyDifference } from './settle.ts';
import { keyId, type KeyText } from './side.ts';
import { derivedPair, sourcePair, type SourceReader } from './sides.ts';
import { differingBuckets } from './buckets.ts';
import type { Flow, FlowAnswer } from './suspects.ts';
import { differingChunks, type DifferingChunk, type Pair, type Walked } from './walk.ts';

export type Difference = KeyDifference & {
  /** The hub's table in which it stands. */
  readonly table: string;
};

export type UnitVerification = {
  readonly unit: string;
  /** As the view declares it, "database.table". */
  readonly source: string;
  readonly sourceRows: number;
  readonly viewRows: number;
  readonly differences: readonly Difference[];
  /** Keys that never stood still long enough, or whose unit did not catch up. */
  readonly undecided: readonly KeyText[];
  /** Comparing stopped when enough differences were found: there may be more. */
  readonly isCut: boolean;
  /** How the unit's changes flowed at the end. */
  readonly flow: FlowAnswer;
  readonly tookMs: number;
};

export type UnitLimits = {
  readonly differencesMax: number;
  /** Of one wait: for the unit to catch up, and for suspects to be decided. */
  readonly waitMsMax: number;
  readonly chunkRows?: number;
};

export type UnitToVerify = {
  readonly view: ViewModel;
  readonly block: Block;
  readonly plan: UnitPlan;
  readonly source: SourceReader;
  readonly hub: SqlDatabase;
  readonly flow: Flow;
  readonly clock: Clock;
  readonly limits: UnitLimits;
};

/** Suspects are decided together, this many at a time. */
const SUSPECTS_MAX = 4_000;

export async function verifyUnit(unit: UnitToVerify): Promise<UnitVerification> {
  const { view, block, plan, flow, clock, limits, hub } = unit;
  const began = clock.now();
  // A unit that is far behind would make every row a suspect.
  const atStart = await flow.untilApplied(limits.waitMsMax);
  const pair = sourcePair({ block, plan, source: unit.source, hub });
  const walked: Walked = { sourceRows: 0, viewRows: 0, chunks: 0 };
  const chunks = (await unit.source.isByteOrdered(block.from))
    ? differingChunks(pair, walked, limits)
    : differingBuckets(pair, walked, limits);
  const found = await decide(pair, chunks, unit);
  const derived = found.isCut ? [] : await derivedDifferences(unit);
  const table = plan.target.table;
  return {
    unit: plan.unit,
    source: `${block.from.database}.${block.from.table}`,
    sourceRows: walked.sourceRows,
    viewRows: walked.viewRows,
    differences: [
      ...found.differences.map((one) => ({ ...one, table })),
      ...derived.map((one) => ({ ...one, table: rowsTable(view) })),
    ],
    undecided: found.undecided,
    isCut: found.isCut || derived.length >= limits.differencesMax,
    flow: found.flow ?? atStart,
    tookMs: clock.now() - began,
  };
}

type Decided = {
  readonly differences: KeyDifference[];
  readonly undecided: KeyText[];
  flow: FlowAnswer | undefined;
  isCut: boolean;
};

async function decide(
  pair: Pair,
  chunks: AsyncGenerator<DifferingChunk>,
  { flow, clock, limits }: UnitToVerify,
): Promise<Decided> {
  const decided: Decided = { differences: [], undecided: [], flow: undefined, isCut: false };
  const suspects = new Map<string, KeyText>();
  const decideSuspects = async () => {
    if (suspects.size === 0) return;
    const settled = await settle(pair, [...suspects.values()], {
      flow,
      clock,
      limitMs: limits.waitMsMax,
    });
    suspects.clear();
    decided.differences.push(...settled.differences);
    decided.undecided.push(...settled.undecided);
    decided.flow = settled.flow;
  };
  for await (const { keys } of chunks) {
    for (const key of keys) suspects.set(keyId(key), key);
    if (suspects.size < SUSPECTS_MAX) continue;
    await decideSuspects();
    if (decided.differences.length + decided.undecided.length < limits.differencesMax) continue;
    decided.isCut = true;
    return decided;
  }
  await decideSuspects();
  return decided;
}

/** Mirror and blocks are written in one transaction, so in one snapshot they must agree. */
async function derivedDifferences({
  view,
  block,
  hub,
  limits,
}: UnitToVerify): Promise<KeyDifference[]> {
  const { mirror } = block;
  if (!mirror) return [];
  return hub.transaction(async (session) => {
    const pair = derivedPair(view, block, { mirror, hub: session });
    const found: KeyDifference[] = [];
    const walked: Walked = { sourceRows: 0, viewRows: 0, chunks: 0 };
    for await (const { keys } of differingChunks(pair, walked, limits)) {
      found.push(...(await describe(pair, keys)));
      if (found.length >= limits.differencesMax) break;
    }
    return found;
  }, 'REPEATABLE READ');
}
