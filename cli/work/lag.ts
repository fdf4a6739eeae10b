/** `civicbus lag`: how far each view is behind, in records and in time. */
import { text } from '../../bus/base/text.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import { readConnectors } from '../live/connectors.ts';
import { declaredView, declaredViews } from '../live/declared-views.ts';
import { readViewLag, type ViewLag } from '../live/lag.ts';
import { lagHealth, partitionLagTable, unitLagTable } from '../live/lag-table.ts';
import { brokenFirst } from '../output/paint.ts';
import type { StackAccess } from '../stack/access.ts';

type Flags = ViewFiles & { readonly by: 'unit' | 'partition' };

export async function lag(cli: Cli, name: string | undefined, { by, file }: Flags): Promise<void> {
  const views = name === undefined ? await declaredViews(file) : [await declaredView(name, file)];
  const access = await cli.openStack();
  const lags = await Promise.all(views.map((view) => readViewLag(view, access)));
  const units = brokenFirst(
    lags.flatMap((one) => one.units),
    ({ unit, state }) => ({ name: unit, health: lagHealth(state) }),
  );
  const warnings = [...notApplied(lags), ...(await deadSources(lags, access))];
  if (by === 'unit') {
    const items = units.map((unit) => ({ ...unit, partitions: unit.partitions.length }));
    cli.out.list({ kind: 'UnitLagList', items, table: unitLagTable(units), warnings });
  } else {
    const items = brokenFirst(
      units.flatMap(({ partitions }) => partitions),
      ({ unit, state }) => ({ name: unit, health: lagHealth(state) }),
    );
    cli.out.list({ kind: 'PartitionLagList', items, table: partitionLagTable(items), warnings });
  }
  hintNext(cli, lags);
}

function notApplied(lags: readonly ViewLag[]): string[] {
  return lags
    .filter(({ installed }) => !installed)
    .map(({ view }) => text('cli.lag.notApplied', { view: view.name }));
}

/** Records that a dead connector never brought cannot be counted: the lag alone would look fine. */
async function deadSources(lags: readonly ViewLag[], access: StackAccess): Promise<string[]> {
  const needed = new Set(lags.flatMap(({ view }) => view.blocks.map(({ from }) => from.source)));
  const found = await readConnectors(await access.connect());
  const running = new Map(found.map((one) => [one.source, one]));
  return [...needed].flatMap((source) => {
    const connector = running.get(source);
    if (connector?.health === 'good') return [];
    const state = connector?.state ?? 'absent';
    return [text('cli.lag.deadSource', { source, state: state.toUpperCase() })];
  });
}

function hintNext({ out }: Cli, lags: readonly ViewLag[]): void {
  for (const { view, units } of lags) {
    const names = { view: view.name };
    if (units.some(({ state }) => state === 'halted')) out.hint(text('cli.next.halted', names));
    if (units.some(({ deadLetters }) => deadLetters > 0)) out.hint(text('cli.next.deadLetters'));
    if (units.some(({ state }) => state === 'unclaimed')) out.hint(text('cli.next.run', names));
  }
}
