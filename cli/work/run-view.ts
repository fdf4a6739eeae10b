/** `civicbus run view NAME`: one member of a view's consumer group, until it is asked to end. */
import type { ExitName } from '../../bus/base/codes/code.ts';
import { messageOf } from '../../bus/base/errors.ts';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import type { Log } from '../../bus/base/log.ts';
import { retry } from '../../bus/base/retry.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { runView } from '../../bus/view/run.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { Cli } from '../globals.ts';
import { keepStatusFile } from '../live/status-file.ts';
import { declaredView } from '../live/declared-views.ts';
import type { StackAccess } from '../stack/access.ts';
import { viewLogins } from '../stack/view-logins.ts';
import { openViewKafka } from '../stack/view-kafka.ts';

type Flags = {
  readonly file?: readonly string[];
  /** Seconds. */
  readonly sessionTimeout?: number;
  readonly statusFile?: string;
};

/** Throws what ended the consumer, so that the process ends with the exit code of that error. */
export async function runOneView(cli: Cli, name: string, flags: Flags): Promise<ExitName> {
  const signal = cli.interrupts.graceful();
  const view = await declaredView(name, flags.file);
  const log = cli.log.child({ view: name });
  const access = await cli.openStack();
  await using lifetime = new Lifetime(log);
  const figures = { records: 0, rows: 0, deadLetters: 0, batches: 0 };
  const [kafka, database, registry] = await Promise.all([
    openViewKafka(view, { access, log }),
    openHub(view, access),
    access.registry(),
  ]);
  const start = () =>
    runView({
      view,
      kafka,
      database,
      fetchSchema: (id) => registry.schemaById(id),
      log,
      ...(flags.sessionTimeout === undefined
        ? {}
        : { sessionTimeoutMs: flags.sessionTimeout * 1_000 }),
      onApplied({ records, rows, deadLetters }) {
        figures.records += records;
        figures.rows += rows;
        figures.deadLetters += deadLetters;
        figures.batches++;
      },
    });
  const running = await patiently(start, { signal, log });
  log.info({ pid: process.pid }, 'view runs');
  void keepStatusFile(flags.statusFile, {
    figures: () => ({ ...figures, residentBytes: process.memoryUsage.rss() }),
    signal: lifetime.signal,
    log,
  });
  const asked = new Promise<'asked'>((resolve) => {
    signal.addEventListener('abort', () => resolve('asked'), { once: true });
    if (signal.aborted) resolve('asked');
  });
  const end = await Promise.race([asked, running.ended]);
  await running.close();
  noteEnd(log, figures);
  if (end instanceof Error) throw end;
  return 'ok';
}

/** A broker or database that is away when the process starts is waited for, like one that goes away later. */
function patiently<T>(
  start: () => Promise<T>,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<T> {
  return retry(start, {
    attemptsMax: Number.POSITIVE_INFINITY,
    delayMs: 100,
    delayMsMax: 2_000,
    signal,
    onRetry: (error, attempt) =>
      log.warn({ attempt, error: messageOf(error) }, 'start is tried again'),
  });
}

async function openHub(view: ViewModel, access: StackAccess): Promise<SqlDatabase> {
  const { user, passwordFile } = viewLogins(view, access.secretsFolder).hub;
  const password = await readSecretFile(passwordFile);
  return access.open({ ...access.address('hub'), user, password, database: view.database });
}

function noteEnd(log: Log, figures: Readonly<Record<string, number>>): void {
  log.info(figures, 'view ended in order');
}
