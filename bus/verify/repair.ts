/**
 * Mends what a verification found: the differing rows are read again from the source and whatever
 * the source does not have is cleared (a sweep of exactly these keys), then blocks that disagree
 * with their mirror are worked out anew. Changes go on meanwhile; doing it twice changes nothing.
 */
import { recomputeEntities } from '../view/apply/write.ts';
import { sortedKeys } from '../view/apply/reduce.ts';
import type { UnitPlan } from '../view/compile/compile.ts';
import { quoteName } from '../sql/mysql/mysql-literal.ts';
import type { SqlDatabase, SqlValue } from '../sql/sql.ts';
import { sweepUnit, type SweepOptions } from '../view/sweep/sweep.ts';
import { amongKeys } from '../view/sweep/key-scope.ts';
import type { Column, ViewModel } from '../view/view.ts';
import type { KeyText } from './side.ts';
import type { Difference, UnitVerification } from './verify-unit.ts';

export type UnitRepair = {
  readonly unit: string;
  /** Source keys that were read again; undefined: the whole unit. */
  readonly reread: number | undefined;
  /** Rows that the source does not have, and that are cleared. */
  readonly cleared: number;
  /** Entities whose block was worked out anew. */
  readonly recomputed: number;
};

export type RepairOptions = {
  readonly view: ViewModel;
  readonly plan: UnitPlan;
  readonly hub: SqlDatabase;
  readonly sweep: Pick<SweepOptions, 'ports' | 'timeoutMs' | 'signal' | 'onState'>;
};

/** A sweep notes its keys; of more than these the whole unit is read again. */
const KEYS_MAX = 2_000;

/** Mends the differences of one unit. Throws what `sweepUnit` throws. */
export async function repairUnit(
  { unit, differences }: Pick<UnitVerification, 'unit' | 'differences'>,
  { view, plan, hub, sweep }: RepairOptions,
): Promise<UnitRepair> {
  const own = differences.filter(({ table }) => table === plan.target.table);
  const derived = differences.filter(({ table }) => table !== plan.target.table);
  let cleared = 0;
  if (own.length > 0) {
    await forgetVersions(own, { plan, hub });
    const keys = own.map(({ key }) => keyValues(key, plan.key));
    const scope = keys.length > KEYS_MAX ? {} : { keys };
    ({ cleared } = await sweepUnit({ view, unit, cause: 'repair', ...scope, ...sweep }));
  }
  if (derived.length > 0) await recompute(derived, { view, plan, hub });
  return {
    unit,
    reread: own.length > KEYS_MAX ? undefined : own.length,
    cleared,
    recomputed: derived.length,
  };
}

/**
 * A row that was altered by hand may have got a version by hand too, even one that another
 * partition could have given. What the source holds is read again in any case, so such a row may
 * begin at 0; one that the source does not have keeps its version, which its history needs.
 */
async function forgetVersions(
  differences: readonly Difference[],
  { plan, hub }: { readonly plan: UnitPlan; readonly hub: SqlDatabase },
): Promise<void> {
  const { table, keyColumns, version } = plan.target;
  const keys = differences
    .filter(({ kind }) => kind !== 'surplus')
    .map(({ key }) => keyValues(key, plan.key));
  if (keys.length === 0) return;
  await hub.execute(
    `UPDATE ${quoteName(table)} SET ${quoteName(version)} = 0 WHERE ${amongKeys(keyColumns, keys)}`,
  );
}

async function recompute(
  differences: readonly Difference[],
  { view, plan, hub }: Pick<RepairOptions, 'view' | 'plan' | 'hub'>,
): Promise<void> {
  const keys = sortedKeys(differences.flatMap(({ key }) => keyValues(key, [view.entity.key])));
  await hub.transaction((session) => recomputeEntities(session, plan, keys));
}

/** Key values as the view stores them. */
export function keyValues(key: KeyText, columns: readonly Column[]): SqlValue[] {
  return key.map((text, i) => {
    switch (columns[i]?.type.kind) {
      case 'integer':
      case 'year':
      case 'boolean':
        return BigInt(text);
      case 'binary':
      case 'blob':
        return Buffer.from(text, 'hex');
      default:
        return text;
    }
  });
}
