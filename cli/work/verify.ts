/**
 * `civicbus verify view`: every row of a view against the tables that its departments keep, while
 * everybody goes on writing. With --oracle, the synthetic city's population against rules that were
 * written without the view engine.
 */
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import { renderTable } from '../output/table.ts';
import { count } from '../output/words.ts';
import {
  differencesTable,
  unitsTable,
  verificationItem,
  type VerificationItem,
} from '../verify/tables.ts';
import { compareView, viewAmong } from '../verify/view.ts';

export const WAIT_MS_MAX = 60_000;

export type VerifyFlags = ViewFiles & {
  readonly unit?: string;
  readonly maxDifferences: number;
  readonly oracle: boolean;
  readonly holdWriters: boolean;
};

export async function verifyView(cli: Cli, name: string, flags: VerifyFlags): Promise<void> {
  if (flags.oracle) {
    const { verifyWithOracle } = await import('./verify-oracle.ts');
    return verifyWithOracle(cli, name, flags);
  }
  const view = await viewAmong(name, flags.file);
  const verified = await compareView(view, {
    access: await cli.openStack(),
    paths: flags.file,
    unit: flags.unit,
    differencesMax: flags.maxDifferences,
    waitMsMax: cli.globals.timeoutMs ?? WAIT_MS_MAX,
  });
  const item = verificationItem(verified);
  showVerification(cli, item);
  refuseDifferences(item);
}

export function showVerification({ out }: Cli, item: VerificationItem): void {
  out.list({
    kind: 'Verification',
    items: [item],
    table: unitsTable(item),
    warnings: warningsOf(item),
  });
  if (item.differences.length > 0 && !out.isJson) {
    out.text('Table', `\n${renderTable(differencesTable(item), out.paints)}`);
  }
  const perSecond = Math.round((item.rows * 1_000) / Math.max(1, item.tookMs));
  const seconds = (item.tookMs / 1_000).toFixed(1);
  out.hint(
    text('cli.verify.summary', { rows: count(item.rows), seconds, perSecond: count(perSecond) }),
  );
  const { there, stubs, orphans } = item.entities;
  out.hint(
    text('cli.verify.entities', {
      there: count(there),
      stubs: count(stubs),
      orphans: count(orphans),
    }),
  );
}

function warningsOf({ units }: VerificationItem): string[] {
  return units.flatMap(({ unit, flow, undecided, isCut }) => [
    ...(flow === 'applied' ? [] : [text(`cli.verify.flow.${flow}`, { unit })]),
    ...(undecided === 0 ? [] : [text('cli.verify.undecided', { unit, count: undecided })]),
    ...(isCut ? [text('cli.verify.cut', { unit })] : []),
  ]);
}

/** Throws CLI_NOT_EQUAL, or CLI_UNDECIDED when only undecided keys are left. */
export function refuseDifferences({ view, rows, differences, undecided }: VerificationItem): void {
  if (differences.length > 0) {
    throw new BusError('CLI_NOT_EQUAL', { view, differing: differences.length, rows });
  }
  if (undecided.length > 0) throw new BusError('CLI_UNDECIDED', { view, count: undecided.length });
}
