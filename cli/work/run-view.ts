/** `civicbus run view NAME`: one member of a view's consumer group, until it is asked to end. */
import type { ExitName } from '../../bus/base/codes/code.ts';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import type { Log } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { runView } from '../../bus/view/run.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { Cli } from '../globals.ts';
import { patiently, sessionTimeout, untilAsked } from '../live/long-running.ts';
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
      ...sessionTimeout(flags),
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
  const end = await untilAsked(running.ended, signal);
  await running.close();
  noteEnd(log, figures);
  if (end instanceof Error) throw end;
  return 'ok';
}

async function openHub(view: ViewModel, access: StackAccess): Promise<SqlDatabase> {
  const { user, passwordFile } = viewLogins(view, access.secretsFolder).hub;
  const password = await readSecretFile(passwordFile);
  return access.open({ ...access.address('hub'), user, password, database: view.database });
}

function noteEnd(log: Log, figures: Readonly<Record<string, number>>): void {
  log.info(figures, 'view ended in order');
}
