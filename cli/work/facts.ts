/** One thing as lines of "name  value", with tables below. */
import type { Output } from '../output/output.ts';
import type { Cell, TableView } from '../output/table.ts';
import { renderTable } from '../output/table.ts';

export type Fact = readonly [name: string, value: Cell];

export function showFacts(
  out: Output,
  {
    kind,
    item,
    facts,
    more,
  }: {
    readonly kind: string;
    readonly item: unknown;
    readonly facts: readonly Fact[];
    readonly more: readonly TableView[];
  },
): void {
  const table: TableView = {
    columns: ['', ''],
    rows: facts.map(([name, value]) => [out.paints.heading(name), value]),
    empty: '',
  };
  out.list({ kind, items: [item], table });
  if (out.isJson) return;
  for (const one of more.filter(({ rows }) => rows.length > 0)) {
    out.text('Table', `\n${renderTable(one, out.paints)}`);
  }
}
