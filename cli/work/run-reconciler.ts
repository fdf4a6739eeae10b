/**
 * `civicbus run reconciler`: keeps the bus as the agreements say, and what was delivered in the
 * audit archive, until it is asked to end. One for each stack; a second one would do the same again
 * and publish events twice.
 */
import type { ExitName } from '../../bus/base/codes/code.ts';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import { BUS_ORG } from '../../bus/agreement/lifecycle/verbs.ts';
import { readSigningKey } from '../../bus/agreement/signature/keys.ts';
import type { BusProducer, KafkaBus } from '../../bus/kafka/kafka.ts';
import { openKeyStore } from '../../bus/pair/key-store.ts';
import { Archiver, type ArchiverOptions, sqlHeads } from '../../bus/pair/audit/archiver.ts';
import { readPurgeReceipts } from '../../bus/pair/reconcile/purge.ts';
import { Reconciler, type ReconcilerOptions } from '../../bus/pair/reconcile/reconciler.ts';
import { sqlControl } from '../../bus/pair/reconcile/sql-control.ts';
import { AGREEMENTS_FOLDER, type AgreementWorld, loadWorld } from '../agreements/world.ts';
import { pairContext } from '../apply/pair-context.ts';
import type { Cli } from '../globals.ts';
import { patiently } from '../live/long-running.ts';
import { keepStatusFile } from '../live/status-file.ts';
import type { StackAccess } from '../stack/access.ts';
import {
  archiveFolder,
  ensureControl,
  maskKeysFolder,
  openControl,
  orgKeyPath,
} from '../stack/control.ts';

type Flags = {
  readonly agreements?: string;
  readonly statusFile?: string;
};

export async function runReconciler(cli: Cli, flags: Flags): Promise<ExitName> {
  const signal = cli.interrupts.graceful();
  const log = cli.log.child({ program: 'reconciler' });
  const world = await loadWorld(flags.agreements ?? AGREEMENTS_FOLDER);
  const access = await cli.openStack();
  await using lifetime = new Lifetime(log);
  const options = await patiently(() => optionsOf(access, { world, lifetime }), { signal, log });
  const { archiver: archiverOptions, ...reconciling } = options;
  const reconciler = new Reconciler({ ...reconciling, log });
  const archiver = new Archiver({ ...archiverOptions, log: log.child({ part: 'archiver' }) });
  void keepStatusFile(flags.statusFile, {
    figures: () => ({
      ...reconciler.figures,
      ...archiver.figures,
      settled: Number(reconciler.isSettled),
      residentBytes: process.memoryUsage.rss(),
    }),
    signal: lifetime.signal,
    log,
  });
  log.info({ pid: process.pid }, 'reconciler runs');
  await Promise.all([reconciler.run(signal), archiver.run(signal)]);
  log.info({ ...reconciler.figures, ...archiver.figures }, 'reconciler ended in order');
  return 'ok';
}

type ProgramOptions = Omit<ReconcilerOptions, 'log'> & {
  readonly archiver: Omit<ArchiverOptions, 'log'>;
};

/** Everything is opened once; clients find a server again that was away. */
async function optionsOf(
  access: StackAccess,
  { world, lifetime }: { readonly world: AgreementWorld; readonly lifetime: Lifetime },
): Promise<ProgramOptions> {
  // Also where an earlier version made it: the tables of this one are added.
  await ensureControl(access, world);
  const control = await openControl(access, world);
  const key = await readSigningKey(orgKeyPath(access, BUS_ORG));
  const kafka = await access.kafkaAs(access.endpoints.kafka.admin);
  const [admin, registry] = await Promise.all([access.admin(), access.registryWriter()]);
  const keys = openKeyStore(maskKeysFolder(access));
  const { wanted, plan } = pairContext(access, world);
  return {
    control: sqlControl(control, { key, send: renewedSend(kafka, lifetime) }),
    ports: { admin, registry, ensureKey: (scope) => keys.ensureKey(scope) },
    wanted,
    plan,
    purgeReceipts: (lines) => readPurgeReceipts(lines, { kafka, publicKeys: control.publicKeys }),
    archiver: { kafka, admin, heads: sqlHeads(control.db), folder: archiveFolder(access), key },
  };
}

/** Sends with one producer, and with a new one after a failure. */
function renewedSend(kafka: KafkaBus, lifetime: Lifetime): BusProducer['send'] {
  let open: Promise<BusProducer> | undefined;
  const close = async () => {
    const opened = open;
    open = undefined;
    await (await opened?.catch(() => undefined))?.close();
  };
  lifetime.defer('lifecycle producer', close);
  return async (topic, records) => {
    open ??= kafka.producer();
    try {
      await (await open).send(topic, records);
    } catch (error) {
      await close();
      throw error;
    }
  };
}
