/** Views as a whole: rows that readers see, what waits, and the worst state of their units. */
import { text } from '../../bus/base/text.ts';
import type { LagState, UnitLag } from '../../bus/lag/lag.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { brokenFirst, type Health, worstHealth } from '../output/paint.ts';
import type { TableView } from '../output/table.ts';
import { age, count } from '../output/words.ts';
import type { StackAccess } from '../stack/access.ts';
import { countVisible } from './counts.ts';
import { readViewLag } from './lag.ts';
import { lagHealth } from './lag-table.ts';

export type ViewItem = {
  readonly name: string;
  readonly database: string;
  readonly state: LagState | 'not-applied';
  readonly health: Health;
  readonly units: number;
  /** Visible entities; undefined before the view was applied. */
  readonly rows: number | undefined;
  readonly waiting: number;
  readonly oldestMs: number | undefined;
  readonly deadLetters: number;
  readonly halted: number;
};

export async function readViews(
  views: readonly ViewModel[],
  access: StackAccess,
): Promise<ViewItem[]> {
  const items = await Promise.all(views.map((view) => readView(view, access)));
  return brokenFirst(items, (item) => item);
}

async function readView(view: ViewModel, access: StackAccess): Promise<ViewItem> {
  const { installed, units } = await readViewLag(view, access);
  const ages = units.flatMap(({ oldestMs }) => oldestMs ?? []);
  return {
    name: view.name,
    database: view.database,
    state: installed ? worstUnit(units).state : 'not-applied',
    health: installed ? worstHealth(units.map(({ state }) => lagHealth(state))) : 'unknown',
    units: view.blocks.length,
    rows: installed ? await countVisible(view, access) : undefined,
    waiting: units.reduce((sum, { waiting }) => sum + waiting, 0),
    oldestMs: ages.length === 0 ? undefined : Math.max(...ages),
    deadLetters: units.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    halted: units.filter(({ state }) => state === 'halted').length,
  };
}

function worstUnit(units: readonly UnitLag[]): { readonly state: LagState } {
  const [worst] = brokenFirst(units, ({ unit, state }) => ({
    name: unit,
    health: lagHealth(state),
  }));
  return worst ?? { state: 'unclaimed' };
}

export function viewsTable(items: readonly ViewItem[]): TableView {
  const right = (title: string) => ({ title, align: 'right' }) as const;
  return {
    columns: [
      text('cli.column.view'),
      text('cli.column.state'),
      right(text('cli.column.units')),
      right(text('cli.column.rows')),
      right(text('cli.column.waiting')),
      right(text('cli.column.oldest')),
      right(text('cli.column.deadLetters')),
      right(text('cli.column.halted')),
      text('cli.column.database'),
    ],
    rows: items.map((item) => [
      item.name,
      { text: text(`cli.lag.state.${item.state}`), health: item.health },
      item.units,
      item.rows === undefined ? '-' : count(item.rows),
      count(item.waiting),
      item.oldestMs === undefined ? '-' : age(item.oldestMs),
      count(item.deadLetters),
      item.halted,
      item.database,
    ]),
    empty: text('cli.empty.views'),
  };
}
