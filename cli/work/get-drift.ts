/** `civicbus get drift`: the newest first, with the agreement's name where it is known. */
import { text } from '../../bus/base/text.ts';
import { type NotedDrift, readDrift } from '../../bus/control/drift.ts';
import { readLines } from '../../bus/control/list.ts';
import { loadWorld } from '../agreements/world.ts';
import type { Cli } from '../globals.ts';
import type { TableView } from '../output/table.ts';
import type { StackAccess } from '../stack/access.ts';
import { hasControl, openControl } from '../stack/control.ts';

type DriftItem = Omit<NotedDrift, 'atMs'> & {
  readonly at: string;
  readonly agreement: string | null;
};

export async function getDrift(
  { out, openStack }: Cli,
  { limit }: { readonly limit: number },
): Promise<void> {
  const access = await openStack();
  const items = (await hasControl(access)) ? await itemsOf(access, limit) : [];
  out.list({ kind: 'DriftList', items, table: driftTable(items) });
}

async function itemsOf(access: StackAccess, limit: number): Promise<DriftItem[]> {
  const { db } = await openControl(access, await loadWorld());
  const names = new Map((await readLines(db)).map(({ agreementId, name }) => [agreementId, name]));
  return (await readDrift(db, { limit })).map(({ atMs, ...note }) => ({
    at: new Date(atMs).toISOString(),
    agreement: note.agreementId === null ? null : (names.get(note.agreementId) ?? null),
    ...note,
  }));
}

function driftTable(items: readonly DriftItem[]): TableView {
  return {
    columns: [
      text('cli.column.at'),
      text('cli.column.agreement'),
      text('cli.column.kind'),
      text('cli.column.name'),
      text('cli.column.found'),
    ],
    rows: items.map(({ at, agreement, agreementId, kind, name, detail }) => [
      at,
      agreement ?? agreementId ?? text('cli.get.drift.gateway'),
      kind,
      name,
      detail,
    ]),
    empty: text('cli.get.drift.empty'),
  };
}
