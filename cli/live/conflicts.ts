/**
 * Items of which a department that is not their authority has another value: whose they are, and
 * since when. The two values are personal and read only when asked for.
 */
import { text } from '../../bus/base/text.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { TableView } from '../output/table.ts';
import { age } from '../output/words.ts';
import type { StackAccess } from '../stack/access.ts';
import { isInstalled } from './lag.ts';

export type ConflictItem = {
  readonly view: string;
  readonly item: string;
  /** Key of the entity. */
  readonly entity: string;
  /** The organization whose value is shown. */
  readonly authority: string;
  /** The organization that says otherwise. */
  readonly reporter: string;
  readonly since: string;
  /** Undefined while it is open. */
  readonly resolved?: string;
  readonly values?: { readonly authority: string | null; readonly reported: string };
};

export type ConflictOptions = {
  readonly all: boolean;
  readonly values: boolean;
  /** At most so many of each view. */
  readonly limit: number;
};

export type Conflicts = {
  readonly items: readonly ConflictItem[];
  /** Of all views, shown or not. */
  readonly open: number;
  /** How many there are of those asked for. */
  readonly found: number;
};

export async function readConflicts(
  views: readonly ViewModel[],
  access: StackAccess,
  options: ConflictOptions,
): Promise<Conflicts> {
  const hub = await access.root('hub');
  const found: Conflicts[] = [];
  for (const view of views) {
    if (!(await isInstalled(hub, view))) continue;
    found.push(await conflictsOf(view, await access.hub(view.database), options));
  }
  return {
    items: found.flatMap(({ items }) => items),
    open: found.reduce((sum, { open }) => sum + open, 0),
    found: found.reduce((sum, one) => sum + one.found, 0),
  };
}

type Row = {
  readonly item: string;
  readonly entity: string;
  readonly reporter: string;
  readonly authority_value: string | null;
  readonly reported_value: string;
  readonly since_ms: number;
  readonly resolved_ms: number | null;
};

async function conflictsOf(
  view: ViewModel,
  database: SqlSession,
  { all, values, limit }: ConflictOptions,
): Promise<Conflicts> {
  const where = all ? '' : 'WHERE resolved_ms IS NULL';
  const [counts] = await database.query<{ found: number; open: number | string | null }>(
    'SELECT COUNT(*) AS found, SUM(resolved_ms IS NULL) AS open FROM civicbus_conflict',
  );
  const rows = await database.query<Row>(
    `SELECT item, entity, reporter, authority_value, reported_value, since_ms, resolved_ms FROM civicbus_conflict ${where} ` +
      'ORDER BY resolved_ms IS NOT NULL, since_ms DESC, item, reporter, entity LIMIT ?',
    [limit],
  );
  const open = Number(counts?.open ?? 0);
  return {
    items: rows.map((row) => conflictItem(view, row, values)),
    open,
    found: all ? Number(counts?.found ?? 0) : open,
  };
}

function conflictItem({ name, blocks }: ViewModel, row: Row, values: boolean): ConflictItem {
  const owner = blocks.find(({ items }) => items.some((item) => item.name === row.item));
  const reporter = blocks.find((block) => block.name === row.reporter);
  return {
    view: name,
    item: row.item,
    entity: row.entity,
    authority: owner?.authority ?? '',
    reporter: reporter?.authority ?? row.reporter,
    since: timeOf(row.since_ms),
    ...(row.resolved_ms === null ? {} : { resolved: timeOf(row.resolved_ms) }),
    ...(values ? { values: { authority: row.authority_value, reported: row.reported_value } } : {}),
  };
}

function timeOf(ms: number): string {
  return new Date(Number(ms)).toISOString();
}

export function conflictsTable(
  items: readonly ConflictItem[],
  { values, nowMs = Date.now() }: { readonly values: boolean; readonly nowMs?: number },
): TableView {
  return {
    columns: [
      text('cli.column.view'),
      text('cli.column.item'),
      text('cli.column.entity'),
      text('cli.column.authority'),
      text('cli.column.saysOtherwise'),
      ...(values ? [text('cli.column.authorityValue'), text('cli.column.reportedValue')] : []),
      text('cli.column.state'),
    ],
    rows: items.map((one) => [
      one.view,
      one.item,
      one.entity,
      one.authority,
      one.reporter,
      ...(one.values ? [one.values.authority ?? 'NULL', one.values.reported] : []),
      one.resolved === undefined
        ? {
            text: text('cli.conflict.open', { age: age(nowMs - Date.parse(one.since)) }),
            health: 'attention',
          }
        : text('cli.conflict.resolved', { at: one.resolved }),
    ]),
    empty: text('cli.empty.conflicts'),
  };
}
