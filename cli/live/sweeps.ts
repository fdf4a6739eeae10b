/** Sweeps of the declared views: what is under way, what waits for a decision, what was done. */
import { text } from '../../bus/base/text.ts';
import { listSweeps, type SweepEntry } from '../../bus/view/store/sweep-store.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { Health } from '../output/paint.ts';
import type { TableView } from '../output/table.ts';
import type { StackAccess } from '../stack/access.ts';
import { isInstalled } from './lag.ts';

/** Enough for a person; programs that want all read the table. */
const SWEEPS_SHOWN_MAX = 100;

const HEALTH: Readonly<Record<SweepEntry['state'], Health>> = {
  wanted: 'bad',
  noted: 'attention',
  read: 'attention',
  applied: 'attention',
  done: 'good',
  abandoned: 'unknown',
};

export type SweepItem = Omit<SweepEntry, 'scope'> & {
  /** True when the whole unit is swept, false when only some keys are. */
  readonly whole: boolean;
};

/** Keys are personal: whether there are some is told, not which. */
export async function readSweeps(
  views: readonly ViewModel[],
  access: StackAccess,
): Promise<SweepItem[]> {
  const hub = await access.root('hub');
  const found: SweepItem[] = [];
  for (const view of views) {
    if (!(await isInstalled(hub, view))) continue;
    const entries = await listSweeps(await access.hub(view.database), { limit: SWEEPS_SHOWN_MAX });
    found.push(...entries.map(({ scope, ...entry }) => ({ ...entry, whole: scope === '{}' })));
  }
  return found;
}

export function sweepsTable(items: readonly SweepItem[]): TableView {
  return {
    columns: [
      text('cli.column.unit'),
      text('cli.column.cause'),
      text('cli.column.rows'),
      text('cli.column.state'),
      { title: text('cli.column.cleared'), align: 'right' },
      text('cli.column.begun'),
      text('cli.column.at'),
    ],
    rows: items.map(({ unit, cause, whole, state, cleared, begunAt, at }) => [
      unit,
      cause,
      text(`cli.sweep.whole.${whole}`),
      { text: text(`cli.sweep.state.${state}`), health: HEALTH[state] },
      cleared,
      begunAt,
      at,
    ]),
    empty: text('cli.empty.sweeps'),
  };
}
