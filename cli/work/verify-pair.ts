/**
 * `civicbus verify pair`: is a subscriber's copy exactly what its agreement delivers of the hub?
 * Works with the keys of masks and the subscriber's own configuration, so it is for those who run
 * both, as the synthetic city does; keys are told as delivered, values never.
 */
import { systemClock } from '../../bus/base/clock.ts';
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { hubMoments } from '../../bus/pair/gateway/hub-moment.ts';
import { openKeyStore } from '../../bus/pair/key-store.ts';
import type { CompiledPair } from '../../bus/pair/pair.ts';
import { pairTools } from '../../bus/pair/pair-tools.ts';
import { pairFlow } from '../../bus/pair/verify/flow.ts';
import { copySide, hubSide } from '../../bus/pair/verify/rows.ts';
import { verifyPair, type PairVerification } from '../../bus/pair/verify/verify-pair.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { mariadbCapture } from '../../bus/verify/mariadb-capture.ts';
import type { Flow } from '../../bus/verify/suspects.ts';
import { captureOfView, sourceNames } from '../../connectors/names.ts';
import { deskFor } from '../agreements/desk.ts';
import type { Cli } from '../globals.ts';
import { renderTable, type TableView } from '../output/table.ts';
import { count } from '../output/words.ts';
import { findPair } from '../pairs/find-pair.ts';
import { copyConfig, openCopy } from '../pairs/open-copy.ts';
import type { StackAccess } from '../stack/access.ts';
import { maskKeysFolder } from '../stack/control.ts';
import { WAIT_MS_MAX } from './verify.ts';

export type VerifyPairFlags = {
  readonly config?: string;
  /** Daily pairs: compare with the hub as it is now. */
  readonly atCut: boolean;
};

export async function verifyOnePair(
  cli: Cli,
  name: string,
  { config, atCut }: VerifyPairFlags,
): Promise<void> {
  const { access, control } = await deskFor(cli, name);
  const { pair } = await findPair(control.db, name);
  const isDaily = pair.delivery.mode === 'daily';
  if (isDaily && !atCut) throw new BusError('PAIR_DAILY', { pair: pair.agreement.name });
  const copy = await openCopy(access, pair, await copyConfig(access, pair, config));
  const hub = await access.root('hub');
  const kafka = await access.kafkaAs(access.endpoints.kafka.admin);
  const reader = await kafka.reader();
  try {
    const verified = await verifyPair(pair, {
      sides: {
        hub: hubSide(pair, {
          hub: hubMoments(hub),
          tools: pairTools(openKeyStore(maskKeysFolder(access))),
        }),
        copy: copySide(pair, copy),
      },
      flow: isDaily
        ? QUIET
        : pairFlow(pair, {
            capture: await hubCapture(access, pair, hub),
            admin: await access.admin(),
            reader,
            copy: copy.database,
            clock: systemClock,
          }),
      clock: systemClock,
      waitMsMax: cli.globals.timeoutMs ?? WAIT_MS_MAX,
    });
    show(cli, pair, verified);
    refuse(pair, verified);
  } finally {
    await reader.close();
  }
}

/** Nothing is on its way between two cuts. */
const QUIET: Flow = { untilApplied: () => Promise.resolve('applied') };

async function hubCapture(access: StackAccess, { resource }: CompiledPair, session: SqlDatabase) {
  const { connector } = sourceNames(captureOfView(resource.view));
  return mariadbCapture({ session, connect: await access.connect(), connector });
}

function show({ out }: Cli, { agreement }: CompiledPair, verified: PairVerification): void {
  const { differences, undecided, hubRows, copyRows, tookMs } = verified;
  const isEqual = differences.length + undecided.length === 0;
  out.list({
    kind: 'PairVerification',
    items: [{ pair: agreement.name, version: agreement.version, equal: isEqual, ...verified }],
    table: {
      columns: [
        text('cli.column.pair'),
        text('cli.column.equal'),
        ...['inScope', 'inCopy', 'differing', 'undecided'].map((name) => ({
          title: text(`cli.column.${name}`),
          align: 'right' as const,
        })),
      ],
      rows: [
        [
          agreement.name,
          { text: text(`cli.verify.equal.${isEqual}`), health: isEqual ? 'good' : 'bad' },
          hubRows,
          copyRows,
          verified.isCut ? `${differences.length}+` : differences.length,
          undecided.length,
        ],
      ],
      empty: '',
    },
    warnings: warningsOf(verified),
  });
  if (differences.length > 0 && !out.isJson)
    out.text('Table', `\n${renderTable(differencesTable(verified), out.paints)}`);
  const perSecond = Math.round((hubRows * 1_000) / Math.max(1, tookMs));
  const seconds = (tookMs / 1_000).toFixed(1);
  out.hint(
    text('cli.verify.summary', { rows: count(hubRows), seconds, perSecond: count(perSecond) }),
  );
}

function warningsOf({ faults, allowed, flow }: PairVerification): string[] {
  return [
    ...(faults > 0 ? [text('cli.verify.pair.faults', { count: count(faults) })] : []),
    ...(allowed > 0 ? [text('cli.verify.pair.allowed', { count: count(allowed) })] : []),
    ...(flow === 'applied' ? [] : [text(`cli.verify.pair.flow.${flow}`)]),
  ];
}

function differencesTable({ differences }: PairVerification): TableView {
  return {
    columns: ['key', 'kind', 'columns'].map((name) => text(`cli.column.${name}`)),
    rows: differences.map(({ key, kind, columns }) => [key.join(' · '), kind, columns.join(', ')]),
    empty: '',
  };
}

function refuse({ agreement }: CompiledPair, verified: PairVerification): void {
  const { differences, undecided, hubRows: rows } = verified;
  const pair = agreement.name;
  if (differences.length > 0)
    throw new BusError('PAIR_NOT_EQUAL', { pair, differing: differences.length, rows });
  if (undecided.length > 0) throw new BusError('PAIR_UNDECIDED', { pair, count: undecided.length });
}
