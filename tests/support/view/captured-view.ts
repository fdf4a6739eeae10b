/** A view of a real source's table, run by a real consumer: from the department's row to the hub's. */
import { silentLog } from '../../../bus/base/log.ts';
import { newSecret } from '../../../bus/base/secrets.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import { createConfluentRegistry } from '../../../bus/registry/confluent/confluent-registry.ts';
import type { SchemaRegistry } from '../../../bus/registry/registry.ts';
import type { SqlDatabase, SqlRow, SqlTarget } from '../../../bus/sql/sql.ts';
import { resolveView } from '../../../bus/view/declaration/resolve.ts';
import type { RebuildPorts } from '../../../bus/view/rebuild/rebuild.ts';
import { runView, type RunningView } from '../../../bus/view/run.ts';
import type { SweepPorts } from '../../../bus/view/sweep/sweep.ts';
import type { ViewModel } from '../../../bus/view/view.ts';
import { loadSources } from '../../../connectors/load-source.ts';
import { createReread } from '../../../connectors/reread.ts';
import { installTables, installView, migrateView } from '../../../consumers/install.ts';
import type { RealSource } from '../../connectors/real-source.ts';
import type { TestStack } from '../env.ts';
import { dropUser } from '../drop-user.ts';

export type CapturedView = {
  readonly view: ViewModel;
  readonly registry: SchemaRegistry;
  readonly hub: SqlDatabase;
  readonly sweep: SweepPorts;
  /**
   * Starts another consumer, as the consumer's own hub user; ended with the file at the latest.
   * Another `view` must have the same tables.
   */
  run(view?: ViewModel): Promise<RunningView>;
  readonly rebuild: RebuildPorts;
  /** Rows of the view that readers see, by key. */
  rows(): Promise<readonly SqlRow[]>;
  /** Waits until the view shows exactly what the department's table holds. */
  untilEqual(timeoutMs?: number): Promise<void>;
};

const EQUAL_MS = 150_000;

/** The view's declaration over `person` of a real source. */
export function personView(source: RealSource, database: string, nameType = 'varchar(100)') {
  return {
    apiVersion: 'civicbus/v1',
    kind: 'View',
    name: database.replaceAll('_', '-'),
    database,
    entity: {
      table: 'citizen',
      key: { name: 'id_number', type: 'varchar(18)' },
      visibleBy: 'identity',
    },
    history: { retentionDays: 30 },
    blocks: [
      {
        name: 'identity',
        category: 1,
        authority: 'police',
        from: { source: source.name, table: `${source.database}.person`, key: ['id_number'] },
        items: [
          { name: 'name', type: nameType },
          { name: 'born_on', type: 'date' },
        ],
      },
    ],
  };
}

export async function capturedView(
  stack: TestStack,
  source: RealSource,
  file: string,
  declared: (source: RealSource, database: string) => unknown = personView,
): Promise<CapturedView> {
  const view = resolveView(declared(source, `${stack.prefix}_view`), 'captured-view');
  const { host, port, root } = stack.endpoints.databases.hub;
  const administrator: SqlTarget = {
    host,
    port,
    user: root.user,
    password: await stack.password(root),
  };
  const consumer = { user: `u_${stack.prefix}`, password: newSecret() };
  await installView(view, { administrator, consumer });
  const hub = await stack.openSql('hub', { database: view.database });
  stack.atEnd(async () => {
    await hub.execute(`DROP DATABASE IF EXISTS \`${view.database}\``);
    await dropUser(hub, consumer.user);
  });
  const { url, reader } = stack.endpoints.registry;
  const registry = createConfluentRegistry({
    url,
    user: reader.user,
    password: await stack.password(reader),
  });
  const fetchSchema = (id: number) => registry.schemaById(id);
  const [loaded] = await loadSources([file]);
  const { kafka, ports } = source;
  const reread = createReread({
    kafka,
    admin: ports.admin,
    fetchSchema,
    source: async () => loaded!.source,
    log: silentLog,
  });
  const rows = (from: SqlDatabase, table: string) =>
    from.query<SqlRow>(`SELECT id_number, name, born_on FROM ${table} ORDER BY BINARY id_number`);
  return {
    view,
    registry,
    hub,
    sweep: { database: hub, admin: ports.admin, reread },
    rebuild: {
      server: await stack.openSql('hub'),
      open: (name) => stack.openSql('hub', { database: name }),
      admin: ports.admin,
      reread,
      async prepare(live, shadow) {
        await migrateView(live, administrator);
        await installTables(shadow, administrator);
      },
      run: async (shadow) =>
        runView({
          view: shadow,
          kafka,
          database: await stack.openSql('hub', { database: shadow.database }),
          fetchSchema,
          log: silentLog,
          group: `rebuild-${shadow.name}`,
        }),
    },
    async run(read = view) {
      const database = await stack.openSql('hub', { database: view.database, as: consumer });
      const running = await runView({ view: read, kafka, database, fetchSchema, log: silentLog });
      stack.atEnd(() => running.close());
      return running;
    },
    rows: () => rows(hub, 'citizen'),
    async untilEqual(timeoutMs = EQUAL_MS) {
      await waitFor(
        async () => {
          const wanted = JSON.stringify(await rows(source.sql, 'person'));
          return wanted === JSON.stringify(await rows(hub, 'citizen'));
        },
        { what: 'the view to equal the table', timeoutMs, intervalMs: 300 },
      );
    },
  };
}
