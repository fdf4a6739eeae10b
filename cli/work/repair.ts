/**
 * `civicbus repair view`: verifies, has exactly the differing rows read again from their source,
 * and verifies once more. With --unit it also accepts what halted that unit (a truncate, lost
 * records): a person has looked, so the unit goes on and its whole table is read again.
 */
import { must } from '../../bus/base/assert.ts';
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { repairUnit, type UnitRepair } from '../../bus/verify/repair.ts';
import { keyId } from '../../bus/verify/side.ts';
import type { UnitVerification } from '../../bus/verify/verify-unit.ts';
import { listOffsets } from '../../bus/view/store/offset-store.ts';
import { findUnit, sweepUnit, type SweepOptions } from '../../bus/view/sweep/sweep.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import type { StackAccess } from '../stack/access.ts';
import { sweepPorts } from '../verify/sweep-ports.ts';
import { unitsTable, verificationItem, type VerificationItem } from '../verify/tables.ts';
import { blockOf, compareView, viewAmong } from '../verify/view.ts';
import { refuseDifferences, WAIT_MS_MAX } from './verify.ts';

const SWEEP_MS_MAX = 600_000;

export type RepairFlags = ViewFiles & {
  readonly unit?: string;
  readonly key?: readonly string[];
  readonly maxDifferences: number;
};

type Repair = {
  readonly cli: Cli;
  readonly view: ViewModel;
  readonly access: StackAccess;
  readonly flags: RepairFlags;
  readonly sweep: Pick<SweepOptions, 'ports' | 'timeoutMs' | 'signal' | 'onState'>;
};

export async function repairView(cli: Cli, name: string, flags: RepairFlags): Promise<void> {
  const view = await viewAmong(name, flags.file);
  if (flags.key && flags.unit === undefined) {
    throw new BusError('CLI_USAGE', { what: '--key needs --unit' });
  }
  const access = await cli.openStack();
  const repair: Repair = {
    cli,
    view,
    access,
    flags,
    sweep: await sweeping(cli, view, { access, flags }),
  };
  const accepted = flags.unit === undefined ? [] : await acceptHalt(repair, flags.unit);
  const before = await compare(repair);
  const wrong = before.units.map((unit) => chosen(unit, flags.key)).filter(isWrong);
  const repaired: UnitRepair[] = [...accepted];
  for (const unit of wrong) {
    cli.out.hint(text('cli.repair.begins', { unit: unit.unit, count: unit.differences.length }));
    const { plan } = findUnit({ view, unit: unit.unit });
    const hub = await access.hub(view.database);
    repaired.push(await repairUnit(unit, { view, plan, hub, sweep: repair.sweep }));
  }
  const after = wrong.length === 0 ? before : await compare(repair);
  show(cli, { before: verificationItem(before), after: verificationItem(after), repaired });
  refuseDifferences(verificationItem(after));
}

async function sweeping(
  { globals, interrupts, out, log }: Cli,
  view: ViewModel,
  { access, flags }: Pick<Repair, 'access' | 'flags'>,
): Promise<Repair['sweep']> {
  return {
    ports: await sweepPorts(view, { access, paths: flags.file, log }),
    timeoutMs: globals.timeoutMs ?? SWEEP_MS_MAX,
    signal: interrupts.graceful(),
    onState: (state, { unit }) => out.hint(text('cli.repair.state', { unit, state })),
  };
}

function compare({ cli, view, access, flags }: Repair) {
  return compareView(view, {
    access,
    paths: flags.file,
    unit: flags.unit,
    differencesMax: flags.maxDifferences,
    waitMsMax: cli.globals.timeoutMs ?? WAIT_MS_MAX,
  });
}

/** A halted unit that was named goes on, and is read again as a whole. */
async function acceptHalt({ view, access, sweep }: Repair, unit: string): Promise<UnitRepair[]> {
  const { plan } = findUnit({ view, unit: blockOf(view, unit) });
  const offsets = await listOffsets(await access.hub(view.database), [plan.unit]);
  if (offsets.every(({ haltCode }) => haltCode === null)) return [];
  const { cleared } = await sweepUnit({ view, unit: plan.unit, accept: true, ...sweep });
  return [{ unit: plan.unit, reread: undefined, cleared, recomputed: 0 }];
}

/** Only the keys asked for; a key of several columns is given as a JSON list. */
function chosen(unit: UnitVerification, keys: readonly string[] | undefined): UnitVerification {
  if (keys === undefined) return unit;
  const wanted = new Set(keys.map((key) => (key.startsWith('[') ? key : keyId([key]))));
  const differences = unit.differences.filter(({ key }) => wanted.has(keyId(key)));
  return { ...unit, differences };
}

function isWrong({ differences }: UnitVerification): boolean {
  return differences.length > 0;
}

type Shown = {
  readonly before: VerificationItem;
  readonly after: VerificationItem;
  readonly repaired: readonly UnitRepair[];
};

function show({ out }: Cli, { before, after, repaired }: Shown): void {
  const rows = after.units.map((unit, i) => {
    const done = repaired.findLast((one) => one.unit === unit.unit);
    return {
      unit: unit.unit,
      differed: must(before.units[i], 'the same units as before').differing,
      reread: done === undefined ? 0 : (done.reread ?? unit.atSource),
      cleared: done?.cleared ?? 0,
      recomputed: done?.recomputed ?? 0,
      differing: unit.differing,
      undecided: unit.undecided,
      equal: unit.equal,
    };
  });
  out.list({
    kind: 'Repair',
    items: [{ view: after.view, equal: after.equal, units: rows, differences: after.differences }],
    table: {
      columns: [
        ...unitsTable(after).columns.slice(0, 2),
        { title: text('cli.column.differed'), align: 'right' },
        { title: text('cli.column.reread'), align: 'right' },
        { title: text('cli.column.cleared'), align: 'right' },
        { title: text('cli.column.recomputed'), align: 'right' },
        { title: text('cli.column.differing'), align: 'right' },
      ],
      rows: rows.map((row) => [
        row.unit,
        { text: text(`cli.verify.equal.${row.equal}`), health: row.equal ? 'good' : 'bad' },
        row.differed,
        row.reread,
        row.cleared,
        row.recomputed,
        row.differing,
      ]),
      empty: '',
    },
  });
}
