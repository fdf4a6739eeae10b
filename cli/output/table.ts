/** Borderless tables whose columns stay straight with Chinese text, which is two cells wide. */
import Table from 'cli-table3';
import type { Health, Paints } from './paint.ts';

export type Cell = string | number | bigint | { readonly text: string; readonly health: Health };

export type TableColumn = { readonly title: string; readonly align?: 'left' | 'right' };

export type TableView = {
  readonly columns: readonly (string | TableColumn)[];
  readonly rows: readonly (readonly Cell[])[];
  /** The sentence shown instead of a table without rows: it says why there are none. */
  readonly empty: string;
};

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '   ',
} as const;

export function renderTable({ columns, rows, empty }: TableView, paints: Paints): string {
  if (rows.length === 0) return empty;
  const heads = columns.map((column) => (typeof column === 'string' ? { title: column } : column));
  const table = new Table({
    head: heads.map(({ title }) => paints.heading(title)),
    colAligns: heads.map(({ align }) => align ?? 'left'),
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const row of rows) table.push(row.map((cell) => cellText(cell, paints)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function cellText(cell: Cell, paints: Paints): string {
  return typeof cell === 'object' ? paints[cell.health](cell.text) : String(cell);
}
