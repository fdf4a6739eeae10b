/** `civicbus resume view`: lets units go on that the engine stopped. */
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { clearHalt } from '../../bus/view/store/offset-store.ts';
import { unitName } from '../../bus/view/view.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import { declaredView } from '../live/declared-views.ts';
import { readProgress } from '../live/lag.ts';

export async function resumeView(
  { out, openStack }: Cli,
  name: string,
  flags: ViewFiles & { readonly unit?: string },
): Promise<void> {
  const view = await declaredView(name, flags.file);
  const units = view.blocks.map((block) => unitName(view, block));
  const wanted = flags.unit?.includes('/') === false ? `${name}/${flags.unit}` : flags.unit;
  if (wanted !== undefined && !units.includes(wanted)) {
    throw new BusError('CLI_NOT_FOUND', { kind: 'unit', name: wanted, known: units.join(', ') });
  }
  const access = await openStack();
  const { offsets, installed } = await readProgress(view, access);
  const halted = new Map(
    offsets.flatMap(({ unit, haltCode, haltDetail }) =>
      haltCode === null ? [] : [[unit, { haltCode, haltDetail }] as const],
    ),
  );
  const resumed = [...halted].filter(([unit]) => wanted === undefined || unit === wanted);
  if (installed) {
    const hub = await access.hub(view.database);
    for (const [unit] of resumed) await clearHalt(hub, unit);
  }
  const items = resumed.map(([unit, { haltCode, haltDetail }]) => ({
    unit,
    haltCode,
    haltDetail: haltDetail ?? '',
  }));
  out.list({
    kind: 'ResumedUnitList',
    items,
    table: {
      columns: [text('cli.column.unit'), text('cli.column.wasHalted'), text('cli.column.detail')],
      rows: items.map(({ unit, haltCode, haltDetail }) => [unit, haltCode, haltDetail]),
      empty: text('cli.resume.none', { view: name }),
    },
  });
  if (items.length > 0) out.hint(text('cli.next.lag', { name }));
}
