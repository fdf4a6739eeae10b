/** `civicbus get history`: what happened to the source rows of one key, newest first; columns by name, values only when asked for. */
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { readHistory, type HistoryEntry } from '../../bus/view/store/history-store.ts';
import { gatherDeclarations } from '../apply/gather.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import { declaredView } from '../live/declared-views.ts';
import type { TableView } from '../output/table.ts';

export type HistoryFlags = ViewFiles & { readonly values: boolean; readonly limit: number };

type HistoryItem = {
  readonly at: string | null;
  readonly unit: string;
  readonly change: string;
  readonly position: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly values?: unknown;
};

export async function getHistory(
  { out, openStack }: Cli,
  name: string,
  key: string,
  { file, values, limit }: HistoryFlags,
): Promise<void> {
  const paths = file === undefined ? undefined : (await gatherDeclarations(file)).viewFiles;
  const view = await declaredView(name, paths);
  if (!view.history) throw new BusError('CLI_NO_HISTORY', { view: name });
  const hub = await (await openStack()).hub(view.database);
  const entries = await readHistory(hub, { rowKey: key, limit });
  const items = entries.map((entry) => historyItem(entry, values));
  out.list({ kind: 'HistoryList', items, table: historyTable(items, values) });
}

function historyItem(entry: HistoryEntry, withValues: boolean): HistoryItem {
  const { unit, op, position, topic, partition, offset, sourceMs, values } = entry;
  return {
    at: sourceMs === null ? null : new Date(Number(sourceMs)).toISOString(),
    unit,
    change: text(`cli.history.op.${op}`),
    position,
    topic,
    partition,
    offset,
    ...(withValues ? { values: JSON.parse(values ?? 'null') as unknown } : {}),
  };
}

function historyTable(items: readonly HistoryItem[], withValues: boolean): TableView {
  return {
    columns: [
      text('cli.column.at'),
      text('cli.column.unit'),
      text('cli.column.change'),
      text('cli.column.position'),
      ...(withValues ? [text('cli.column.value')] : []),
    ],
    rows: items.map(({ at, unit, change, position, values }) => [
      at ?? '',
      unit,
      change,
      position ?? '',
      ...(withValues ? [JSON.stringify(values)] : []),
    ]),
    empty: text('cli.empty.history'),
  };
}
