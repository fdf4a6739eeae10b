/**
 * `civicbus verify pair`: is a subscriber's copy exactly what its agreement delivers of the hub?
 * Works with the keys of masks and the subscriber's own configuration, so it is for those who run
 * both, as the synthetic city does; keys are told as delivered, values never.
 */
import { systemClock } from '../../bus/base/clock.ts';
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import type { LogReader } from '../../bus/kafka/kafka.ts';
import {
  hubMoments,
  sequenceAt,
  type HubMoments,
  type LogPlace,
} from '../../bus/pair/gateway/hub-moment.ts';
import { openKeyStore } from '../../bus/pair/key-store.ts';
import type { CompiledPair } from '../../bus/pair/pair.ts';
import { pairTools } from '../../bus/pair/pair-tools.ts';
import { momentsAtCut } from '../../bus/pair/verify/at-cut.ts';
import type { Sides } from '../../bus/pair/verify/compare.ts';
import { copyCut } from '../../bus/pair/verify/copy-cut.ts';
import { pairFlow } from '../../bus/pair/verify/flow.ts';
import { copySide, hubSide } from '../../bus/pair/verify/rows.ts';
import { verifyPair, type PairVerification } from '../../bus/pair/verify/verify-pair.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { captureFlow } from '../../bus/verify/flow.ts';
import { mariadbCapture } from '../../bus/verify/mariadb-capture.ts';
import { captureOfView, sourceNames } from '../../connectors/names.ts';
import { deskFor } from '../agreements/desk.ts';
import type { Cli } from '../globals.ts';
import { renderTable, type TableView } from '../output/table.ts';
import { count } from '../output/words.ts';
import { findPair } from '../pairs/find-pair.ts';
import { copyConfig, openCopy, type OpenCopy } from '../pairs/open-copy.ts';
import type { StackAccess } from '../stack/access.ts';
import { maskKeysFolder } from '../stack/control.ts';
import { WAIT_MS_MAX } from './verify.ts';

export type VerifyPairFlags = { readonly config?: string };

/** How often a daily copy that moved on to its next cut meanwhile is verified again. */
const CUTS_MAX = 3;

export async function verifyOnePair(
  cli: Cli,
  name: string,
  { config }: VerifyPairFlags,
): Promise<void> {
  const { access, control } = await deskFor(cli, name);
  const { pair } = await findPair(control.db, name);
  const copy = await openCopy(access, pair, await copyConfig(access, pair, config));
  const kafka = await access.kafkaAs(access.endpoints.kafka.admin);
  const reader = await kafka.reader();
  try {
    const ports = { access, copy, reader, hub: await access.root('hub') };
    const waitMsMax = cli.globals.timeoutMs ?? WAIT_MS_MAX;
    const verify = pair.delivery.mode === 'daily' ? verifyAtCut : verifyNow;
    const verified = await verify(pair, ports, waitMsMax);
    show(cli, pair, verified);
    refuse(pair, verified);
  } finally {
    await reader.close();
  }
}

type Ports = {
  readonly access: StackAccess;
  readonly copy: OpenCopy;
  readonly reader: LogReader;
  readonly hub: SqlDatabase;
};

/** A copy of every change is compared with the hub as it is. */
async function verifyNow(
  pair: CompiledPair,
  { access, copy, reader, hub }: Ports,
  waitMsMax: number,
): Promise<PairVerification> {
  const flow = pairFlow(pair, {
    capture: await hubCapture(access, pair, hub),
    admin: await access.admin(),
    reader,
    copy: copy.database,
    clock: systemClock,
  });
  const sides = sidesOf(pair, { access, copy, moments: hubMoments(hub) });
  return verifyPair(pair, { sides, flow, clock: systemClock, waitMsMax });
}

/** A copy of days is compared with the hub as it was at the copy's last cut. */
async function verifyAtCut(
  pair: CompiledPair,
  { access, copy, reader, hub }: Ports,
  waitMsMax: number,
): Promise<PairVerification> {
  const registry = await access.registry();
  const ports = {
    admin: await access.admin(),
    reader,
    fetchSchema: (id: number) => registry.schemaById(id),
    sequenceAt: (place: LogPlace) => sequenceAt(hub, place),
    clock: systemClock,
  };
  const capture = await hubCapture(access, pair, hub);
  const flow = captureFlow({ capture, clock: systemClock });
  let cut = await copyCut(copy.database, pair);
  for (let count = 1; ; count++) {
    const moments = momentsAtCut(hubMoments(hub), pair, { cut, ports });
    const sides = sidesOf(pair, { access, copy, moments });
    const verified = await verifyPair(pair, { sides, flow, clock: systemClock, waitMsMax });
    const now = await copyCut(copy.database, pair);
    if (now.version === cut.version) return verified;
    if (count === CUTS_MAX)
      throw new BusError('PAIR_UNDECIDED', { pair: pair.agreement.name, count: verified.copyRows });
    cut = now;
  }
}

function sidesOf(
  pair: CompiledPair,
  {
    access,
    copy,
    moments,
  }: {
    readonly access: StackAccess;
    readonly copy: OpenCopy;
    readonly moments: HubMoments;
  },
): Sides {
  const tools = pairTools(openKeyStore(maskKeysFolder(access)));
  return { hub: hubSide(pair, { hub: moments, tools }), copy: copySide(pair, copy) };
}

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
