/** `civicbus get sweeps`: the newest first. */
import { text } from '../../bus/base/text.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import { declaredViews } from '../live/declared-views.ts';
import { readSweeps, sweepsTable } from '../live/sweeps.ts';

export async function getSweeps({ out, openStack }: Cli, { file }: ViewFiles): Promise<void> {
  const access = await openStack();
  const items = await readSweeps(await declaredViews(file), access);
  out.list({ kind: 'SweepList', items, table: sweepsTable(items) });
  if (items.some(({ state }) => state === 'wanted')) out.hint(text('cli.get.sweeps.wanted'));
}
