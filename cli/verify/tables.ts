/** A verification as tables: one line per unit, one per differing key; keys and columns, never values. */
import { text } from '../../bus/base/text.ts';
import type { KeyText } from '../../bus/verify/side.ts';
import type { UnitVerification } from '../../bus/verify/verify-unit.ts';
import type { ViewVerification } from '../../bus/verify/verify-view.ts';
import type { TableView } from '../output/table.ts';

export type DifferenceItem = {
  readonly unit: string;
  readonly table: string;
  readonly key: KeyText;
  readonly kind: string;
  readonly columns: readonly string[];
};

export type VerificationItem = {
  readonly view: string;
  readonly equal: boolean;
  readonly rows: number;
  readonly tookMs: number;
  readonly entities: ViewVerification['entities'];
  readonly units: readonly {
    readonly unit: string;
    readonly source: string;
    readonly equal: boolean;
    readonly atSource: number;
    readonly inView: number;
    readonly differing: number;
    readonly undecided: number;
    /** More may differ: comparing stopped at the limit. */
    readonly isCut: boolean;
    readonly flow: string;
  }[];
  readonly differences: readonly DifferenceItem[];
  readonly undecided: readonly { readonly unit: string; readonly key: KeyText }[];
};

export function verificationItem(verified: ViewVerification): VerificationItem {
  const { view, equal, units, entities, tookMs } = verified;
  return {
    view,
    equal,
    rows: units.reduce((sum, { sourceRows }) => sum + sourceRows, 0),
    tookMs,
    entities,
    units: units.map((one) => ({
      unit: one.unit,
      source: one.source,
      equal: isEqual(one),
      atSource: one.sourceRows,
      inView: one.viewRows,
      differing: one.differences.length,
      undecided: one.undecided.length,
      isCut: one.isCut,
      flow: one.flow,
    })),
    differences: units.flatMap(({ unit, differences }) =>
      differences.map(({ key, kind, columns, table }) => ({ unit, table, key, kind, columns })),
    ),
    undecided: units.flatMap(({ unit, undecided }) => undecided.map((key) => ({ unit, key }))),
  };
}

function isEqual({ differences, undecided }: UnitVerification): boolean {
  return differences.length + undecided.length === 0;
}

export function unitsTable({ units }: VerificationItem): TableView {
  return {
    columns: [
      text('cli.column.unit'),
      text('cli.column.equal'),
      { title: text('cli.column.atSource'), align: 'right' },
      { title: text('cli.column.inView'), align: 'right' },
      { title: text('cli.column.differing'), align: 'right' },
      { title: text('cli.column.undecided'), align: 'right' },
    ],
    rows: units.map(({ unit, equal, atSource, inView, differing, undecided, isCut }) => [
      unit,
      { text: text(`cli.verify.equal.${equal}`), health: equal ? 'good' : 'bad' },
      atSource,
      inView,
      isCut ? `${differing}+` : differing,
      undecided,
    ]),
    empty: '',
  };
}

export function differencesTable({
  differences,
}: Pick<VerificationItem, 'differences'>): TableView {
  return {
    columns: [
      text('cli.column.unit'),
      text('cli.column.table'),
      text('cli.column.key'),
      text('cli.column.kind'),
      text('cli.column.columns'),
    ],
    rows: differences.map(({ unit, table, key, kind, columns }) => [
      unit,
      table,
      key.join(' · '),
      kind,
      columns.join(', '),
    ]),
    empty: '',
  };
}
