/**
 * `civicbus run subscriber`: keeps a subscriber's own copy of what one agreement delivers. Runs at
 * the subscriber, with the subscriber's credentials only; it needs no stack folder and reads no
 * control database.
 */
import { readFile } from 'node:fs/promises';
import type { ExitName } from '../../bus/base/codes/code.ts';
import { ProblemsError } from '../../bus/base/errors.ts';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import type { Log } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { readSigningKey } from '../../bus/agreement/signature/keys.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import type { KafkaBus } from '../../bus/kafka/kafka.ts';
import type { AppliedRows } from '../../bus/pair/subscriber/engine.ts';
import { runSubscriber, type RunSubscriberOptions } from '../../bus/pair/subscriber/run.ts';
import type { Receipt } from '../../bus/pair/subscriber/receipts.ts';
import { createConfluentRegistry } from '../../bus/registry/confluent/confluent-registry.ts';
import { openTarget } from '../../bus/sql/open-database.ts';
import { loadSubscriberConfig, type SubscriberConfig } from '../../consumers/subscriber/config.ts';
import type { Cli } from '../globals.ts';
import { patiently, sessionTimeout, untilAsked } from '../live/long-running.ts';
import { keepStatusFile } from '../live/status-file.ts';

type Flags = {
  readonly config: string;
  readonly agreement?: string;
  /** Seconds. */
  readonly sessionTimeout?: number;
  readonly statusFile?: string;
};

/** Ends with 'ok' when asked to, and when the agreement has ended and the purge was told. */
export async function runOneSubscriber(cli: Cli, flags: Flags): Promise<ExitName> {
  const signal = cli.interrupts.graceful();
  const config = await loadSubscriberConfig(flags.config);
  requireAgreement(config, flags);
  const log = cli.log.child({ agreement: config.agreement });
  await using lifetime = new Lifetime(log);
  const figures = newFigures();
  const options = {
    ...(await openPorts(config, { log, lifetime })),
    ...sessionTimeout(flags),
    onApplied: (applied: AppliedRows) => figures.note(applied),
    onReceipt: (receipt: Receipt) => figures.tell(receipt),
  };
  const running = await patiently(() => runSubscriber(options), { signal, log });
  log.info({ pid: process.pid, table: config.database.table }, 'subscriber runs');
  void keepStatusFile(flags.statusFile, {
    figures: () => ({
      ...figures.now(),
      refused: running.refusal() ? 1 : 0,
      residentBytes: process.memoryUsage.rss(),
    }),
    signal: lifetime.signal,
    log,
  });
  const end = await untilAsked(running.ended, signal);
  await running.close();
  if (end instanceof Error) throw end;
  if (end === 'purged')
    log.info({}, 'the agreement has ended; the copy is purged and that is told');
  else log.info(figures.now(), 'subscriber ended in order');
  return 'ok';
}

function requireAgreement({ agreement }: SubscriberConfig, flags: Flags): void {
  if (flags.agreement === undefined || flags.agreement === agreement) return;
  const message = `The configuration is of agreement ${agreement}, asked for was ${flags.agreement}.`;
  throw new ProblemsError(flags.config, [{ file: flags.config, path: 'agreement', message }]);
}

async function openPorts(
  config: SubscriberConfig,
  { log, lifetime }: { readonly log: Log; readonly lifetime: Lifetime },
): Promise<RunSubscriberOptions> {
  const { agreement: agreementId, delivery, contentHash, freshness } = config;
  const { engine, host, port, user, passwordFile, name, table } = config.database;
  const password = await readSecretFile(passwordFile);
  const signingKey = await readSigningKey(config.signing.keyFile);
  const { url, user: reader, passwordFile: readerFile } = config.registry;
  const registry = createConfluentRegistry({
    url,
    user: reader,
    password: await readSecretFile(readerFile),
  });
  const kafka = await openKafka(config, log);
  const database = openTarget({ engine, host, port, user, password, database: name });
  lifetime.defer('database', () => database.close());
  return {
    agreementId,
    table,
    delivery,
    ...(contentHash === undefined ? {} : { contentHash }),
    ...(freshness === undefined ? {} : { lateAfterMs: freshness.warnAfterSeconds * 1_000 }),
    kafka,
    database,
    engine,
    fetchSchema: (id) => registry.schemaById(id),
    signingKey,
    log,
  };
}

async function openKafka({ kafka, agreement }: SubscriberConfig, log: Log): Promise<KafkaBus> {
  const { brokers, user, passwordFile, caFile } = kafka;
  return createKafkaBus({
    brokers,
    user,
    password: await readSecretFile(passwordFile),
    clientId: `subscriber-${agreement}`,
    log,
    ...(caFile === undefined ? {} : { tlsCa: await readFile(caFile, 'utf8') }),
  });
}

function newFigures() {
  let rows = 0;
  let sourceTimeMs = 0;
  let receipt: Receipt | undefined;
  return {
    note(applied: AppliedRows): void {
      rows += applied.rows;
      sourceTimeMs = applied.sourceTimeMs ?? sourceTimeMs;
    },
    tell(told: Receipt): void {
      receipt = told;
    },
    now: () => ({
      rowsWritten: rows,
      rowsInCopy: receipt?.rows ?? 0,
      appliedVersion: receipt?.appliedVersion ?? 0,
      sourceTimeMs,
      faults: receipt?.fault ? 1 : 0,
    }),
  };
}
