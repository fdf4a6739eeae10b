/**
 * A view against all its sources, unit by unit, two at a time, without holding anybody up: what
 * the view should hold is what the departments' own tables hold.
 */
import type { Clock } from '../base/clock.ts';
import type { SqlDatabase } from '../sql/sql.ts';
import { compileView } from '../view/compile/compile.ts';
import { listOffsets } from '../view/store/offset-store.ts';
import { unitName, type ViewModel } from '../view/view.ts';
import { countEntities, type EntityCounts } from './entities.ts';
import { unitFlow, type CaptureWatch } from './flow.ts';
import type { SourceReader } from './sides.ts';
import { verifyUnit, type UnitLimits, type UnitVerification } from './verify-unit.ts';

export type VerifyPorts = {
  /** The view's database, as an operator. */
  readonly hub: SqlDatabase;
  /** A source by name, read as its capture user. */
  readonly source: (name: string) => Promise<SourceReader & { readonly capture: CaptureWatch }>;
  readonly ends: (topic: string) => Promise<ReadonlyMap<number, bigint>>;
  readonly clock: Clock;
};

export type VerifyOptions = {
  readonly limits: UnitLimits;
  /** Names of blocks; all when absent. */
  readonly blocks?: readonly string[];
  readonly onUnit?: (unit: UnitVerification) => void;
};

export type ViewVerification = {
  readonly view: string;
  readonly equal: boolean;
  readonly units: readonly UnitVerification[];
  readonly entities: EntityCounts;
  readonly tookMs: number;
};

const UNITS_AT_ONCE = 2;

export async function verifyView(
  view: ViewModel,
  ports: VerifyPorts,
  { limits, blocks, onUnit = () => {} }: VerifyOptions,
): Promise<ViewVerification> {
  const { clock, hub } = ports;
  const began = clock.now();
  const plans = compileView(view);
  const wanted = view.blocks.flatMap((block, i) => {
    const plan = plans[i];
    return plan && (blocks === undefined || blocks.includes(block.name)) ? [{ block, plan }] : [];
  });
  const units = await inTurns(wanted, async ({ block, plan }) => {
    const source = await ports.source(block.from.source);
    const unit = unitName(view, block);
    const flow = unitFlow({
      capture: source.capture,
      ends: () => ports.ends(block.from.topic),
      progress: () => listOffsets(hub, [unit]),
      clock,
    });
    const verified = await verifyUnit({ view, block, plan, source, hub, flow, clock, limits });
    onUnit(verified);
    return verified;
  });
  return {
    view: view.name,
    equal: units.every(({ differences, undecided }) => differences.length + undecided.length === 0),
    units,
    entities: await countEntities(view, hub),
    tookMs: clock.now() - began,
  };
}

/** `work` for each item, in order of the answers, a few at a time. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (;;) {
      const index = next++;
      const item = items[index];
      if (item === undefined) return;
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: UNITS_AT_ONCE }, worker));
  return results;
}
