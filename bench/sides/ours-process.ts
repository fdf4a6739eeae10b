/**
 * The process of our side: `node ours-process.ts '{…settings}'`, started by ours.ts over IPC. It
 * runs the engine as it is and tells its parent about every committed batch. It ends when the
 * parent disconnects.
 */
import { createLog } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import { createConfluentRegistry } from '../../bus/registry/confluent/confluent-registry.ts';
import { openDatabase } from '../../bus/sql/mysql/mysql-database.ts';
import { runView } from '../../bus/view/run.ts';
import { loadView } from '../../consumers/view-files.ts';
import type { Login, StackEndpoints } from '../../infra/stack.ts';

/** Names of secret files only; passed as JSON in the first argument. */
export type OursSettings = {
  readonly viewFile: string;
  readonly name: string;
  readonly endpoints: StackEndpoints;
  readonly database: Login & { readonly name: string };
  readonly kafka: Login;
};

export type Progress =
  | {
      readonly kind: 'applied';
      readonly records: number;
      /** When the batch was taken up and when its commit was answered, ms since the epoch. */
      readonly fromMs: number;
      readonly toMs: number;
    }
  | { readonly kind: 'ended'; readonly why: string };

async function start(settings: OursSettings): Promise<() => Promise<void>> {
  const { endpoints, name, database: login } = settings;
  const log = createLog({ level: 'warn' });
  const view = { ...(await loadView(settings.viewFile)), name, database: login.name };
  const { host, port } = endpoints.databases.hub;
  const { url, reader } = endpoints.registry;
  const registry = createConfluentRegistry({
    url,
    user: reader.user,
    password: await readSecretFile(reader.passwordFile),
  });
  const database = openDatabase({
    host,
    port,
    user: login.user,
    password: await readSecretFile(login.passwordFile),
    database: login.name,
  });
  const running = await runView({
    view,
    kafka: createKafkaBus({
      brokers: endpoints.kafka.brokers,
      user: settings.kafka.user,
      password: await readSecretFile(settings.kafka.passwordFile),
      clientId: name,
      log,
    }),
    database,
    log,
    fetchSchema: (id) => registry.schemaById(id),
    onApplied: ({ records, elapsedMs }) => {
      const toMs = Date.now();
      tell({ kind: 'applied', records, fromMs: toMs - elapsedMs, toMs });
    },
  });
  void running.ended.then((error) => {
    if (error) tell({ kind: 'ended', why: error.message });
  });
  return async () => {
    await running.close();
    await database.close();
  };
}

function tell(progress: Progress): void {
  if (process.connected) process.send?.(progress);
}

const gone = new Promise((resolve) => process.once('disconnect', resolve));
const close = await start(JSON.parse(process.argv[2] ?? '{}') as OursSettings);
await gone;
await close();
process.exit(0);
