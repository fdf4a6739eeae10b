/**
 * `civicbus verify view --oracle`: compares the population of the synthetic city, cell by cell, with
 * what its departments' own tables say, by rules that were written without the view engine.
 */
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { declaredView } from '../live/declared-views.ts';
import type { Cli } from '../globals.ts';
import { verifyPopulation } from '../verify/population.ts';
import { requireCity } from '../stack/city.ts';

const TIMEOUT_MS = 30_000;

export async function verifyWithOracle(
  { out, globals, openStack }: Cli,
  name: string,
  { holdWriters }: { readonly holdWriters: boolean },
): Promise<void> {
  const view = await declaredView(name);
  if (name !== 'population') {
    throw new BusError('CLI_NOT_FOUND', { kind: 'oracle', name, known: 'population' });
  }
  const access = await openStack();
  await requireCity(globals.stack);
  const result = await verifyPopulation(view, {
    access,
    holdWriters,
    timeoutMs: globals.timeoutMs ?? TIMEOUT_MS,
  });
  const { equal, expectedRows, actualRows, differing } = result;
  // Keys are personal: the columns are shown, the keys are not.
  const items = [
    { view: name, equal, expectedRows, actualRows, differing, columns: result.columns },
  ];
  out.list({
    kind: 'Verification',
    items,
    table: {
      columns: [
        text('cli.column.view'),
        text('cli.column.equal'),
        { title: text('cli.column.atSource'), align: 'right' },
        { title: text('cli.column.inView'), align: 'right' },
        { title: text('cli.column.differing'), align: 'right' },
        text('cli.column.columns'),
      ],
      rows: [
        [
          name,
          { text: text(`cli.verify.equal.${equal}`), health: equal ? 'good' : 'bad' },
          expectedRows,
          actualRows,
          differing,
          result.columns.join(', '),
        ],
      ],
      empty: '',
    },
  });
  if (!equal) throw new BusError('CLI_NOT_EQUAL', { view: name, differing, rows: expectedRows });
}
