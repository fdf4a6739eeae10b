/**
 * The results in docs/benchmarks.md, written from the newest report of each benchmark. Only what
 * stands between the two marks is replaced; the rest of the document is written by hand.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../bus/base/assert.ts';
import type { PlainTable } from './plain-table.ts';
import { type AnyReport, present } from './present.ts';
import { BENCHMARKS, shownNumber } from './report.ts';

const BEGIN = '<!-- results: written by `npm run bench -- results`; do not edit -->';
const END = '<!-- end of results -->';

export type KeptReport = { readonly file: string; readonly report: AnyReport };

/** The newest report of each benchmark in `folder`, in the benchmarks' usual order. */
export async function newestReports(folder: string): Promise<KeptReport[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const kept = await Promise.all(
    files.map(async (file) => ({
      file,
      report: JSON.parse(await readFile(join(folder, file), 'utf8')) as AnyReport,
    })),
  );
  return BENCHMARKS.flatMap((name) => {
    const own = kept.filter(({ report }) => report.benchmark === name);
    const newest = own.toSorted((a, b) => (a.report.at < b.report.at ? -1 : 1)).at(-1);
    return newest ? [newest] : [];
  });
}

/** `document` with its results replaced; it must have both marks. */
export function withResults(document: string, reports: readonly KeptReport[]): string {
  const [before, rest] = document.split(BEGIN);
  const after = must(rest?.split(END)[1], 'the document has both marks');
  return [before, BEGIN, '\n\n', reports.map(resultText).join('\n'), '\n', END, after].join('');
}

function resultText({ file, report }: KeptReport): string {
  const { what, tables, sentences } = present(report);
  const { cpuModel, cpus, memoryMb, kernel } = report.machine;
  const machine = `${cpus} processors (${cpuModel}), ${shownNumber(memoryMb)} MB, Linux ${kernel}`;
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  const database = Object.entries(report.settings.database)
    .filter(([name]) => name !== 'version')
    .map(([name, value]) => `\`${name}=${value}\``);
  return [
    `### ${report.benchmark}`,
    `[${file}](../bench-results/${file}), ${report.at.slice(0, 10)}: ${what}. ${report.rowsEqual ? 'All rows were equal.' : 'ROWS DIFFERED: the figures mean nothing.'}`,
    ...tables.map(markdownTable),
    [...sentences, ...disturbed(report)].join(' '),
    `Measured on ${machine}; ${versions.join(', ')}; database ${database.join(', ')}.`,
    '',
  ].join('\n\n');
}

/** What speaks against the figures. */
export function disturbed({ restarts = 0 }: Pick<AnyReport, 'restarts'>): string[] {
  if (restarts === 0) return [];
  return [`Connector tasks failed ${restarts} times meanwhile and were restarted: measure again.`];
}

function markdownTable({ columns, rows }: PlainTable): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(cellText).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

function cellText(cell: string | number): string {
  return String(cell).replaceAll('|', '\\|');
}
