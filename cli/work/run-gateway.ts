/** `civicbus run gateway`: one member of the gateway, until it is asked to end. */
import type { ExitName } from '../../bus/base/codes/code.ts';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import type { Log } from '../../bus/base/log.ts';
import { isWorkingDay } from '../../bus/agreement/calendar/calendar.ts';
import { controlLease } from '../../bus/pair/gateway/control-lease.ts';
import { hubCuts } from '../../bus/pair/gateway/daily/cuts.ts';
import { runGateway, type RunningGateway } from '../../bus/pair/gateway/gateway.ts';
import { hubMoments } from '../../bus/pair/gateway/hub-moment.ts';
import { openKeyStore } from '../../bus/pair/key-store.ts';
import { pairTools } from '../../bus/pair/pair-tools.ts';
import { AGREEMENTS_FOLDER, loadWorld, type AgreementWorld } from '../agreements/world.ts';
import type { Cli } from '../globals.ts';
import { patiently, sessionTimeout, untilAsked } from '../live/long-running.ts';
import { keepStatusFile } from '../live/status-file.ts';
import type { StackAccess } from '../stack/access.ts';
import { openControlReader } from '../stack/control.ts';
import {
  gatewayTables,
  maskKeysFolder,
  openGatewayHub,
  openGatewayKafka,
} from '../stack/gateway-login.ts';

type Flags = {
  readonly agreements?: string;
  /** Seconds. */
  readonly sessionTimeout?: number;
  /** Seconds. */
  readonly archiveLag?: number;
  readonly statusFile?: string;
};

/** Throws what ended it, so that the process ends with the exit code of that error. */
export async function runOneGateway(cli: Cli, flags: Flags): Promise<ExitName> {
  const signal = cli.interrupts.graceful();
  const log = cli.log.child({ program: 'gateway' });
  const world = await loadWorld(flags.agreements ?? AGREEMENTS_FOLDER);
  const access = await cli.openStack();
  await using lifetime = new Lifetime(log);
  const figures = { records: 0, transactions: 0 };
  const onCommitted = ({ records }: { readonly records: number }): void => {
    figures.records += records;
    figures.transactions++;
  };
  const running = await patiently(() => start({ access, world, flags, log, onCommitted }), {
    signal,
    log,
  });
  log.info({ pid: process.pid }, 'gateway runs');
  void keepStatusFile(flags.statusFile, {
    figures: () => ({
      ...figures,
      waiting: running.waiting().length,
      residentBytes: process.memoryUsage.rss(),
    }),
    signal: lifetime.signal,
    log,
  });
  const end = await untilAsked(running.ended, signal);
  await running.close();
  log.info(figures, 'gateway ended in order');
  if (end instanceof Error) throw end;
  return 'ok';
}

async function start({
  access,
  world,
  flags,
  log,
  onCommitted,
}: {
  readonly access: StackAccess;
  readonly world: AgreementWorld;
  readonly flags: Flags;
  readonly log: Log;
  readonly onCommitted: (committed: { readonly records: number }) => void;
}): Promise<RunningGateway> {
  const [control, hub, kafka, registry] = await Promise.all([
    openControlReader(access),
    openGatewayHub(access),
    openGatewayKafka(access, log),
    access.registry(),
  ]);
  const [calendar] = world.calendars;
  return runGateway({
    kafka,
    leaseSource: controlLease(control),
    hub: hubMoments(hub),
    tables: gatewayTables(access, {
      resources: world.resources,
      // Views and catalogue grow while the gateway runs.
      readResources: async () => (await loadWorld(world.folder)).resources,
    }),
    cuts: hubCuts(hub),
    isWorkingDay: (date) => !calendar || isWorkingDay(date, calendar),
    tools: pairTools(openKeyStore(maskKeysFolder(access))),
    fetchSchema: (id) => registry.schemaById(id),
    log,
    onCommitted,
    ...(flags.archiveLag === undefined ? {} : { archiveLagMsMax: flags.archiveLag * 1_000 }),
    ...sessionTimeout(flags),
  });
}
