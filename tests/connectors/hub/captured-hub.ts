/**
 * A small view of a test's own on the real hub, captured into its view topics: tables, capture user
 * and connector. Rows are written by SQL; filling a view is tested elsewhere.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createReaderCache } from '../../../bus/avro/reader.ts';
import { newSecret, writeSecretFile } from '../../../bus/base/secrets.ts';
import type { ChangeEvent } from '../../../bus/change/envelope.ts';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import { createConnectCluster } from '../../../bus/connect/rest/rest-cluster.ts';
import { partitionKey, type KafkaBus, type RawRecord } from '../../../bus/kafka/kafka.ts';
import { createConfluentRegistry } from '../../../bus/registry/confluent/confluent-registry.ts';
import { openTarget } from '../../../bus/sql/open-database.ts';
import type { SqlDatabase, SqlTarget } from '../../../bus/sql/sql.ts';
import { resolveView } from '../../../bus/view/declaration/resolve.ts';
import type { Column, ViewModel } from '../../../bus/view/view.ts';
import {
  applyLoadedSources,
  type AppliedSources,
  removeSources,
  type SourcePorts,
} from '../../../connectors/apply.ts';
import { baselinesOf } from '../../../connectors/baseline.ts';
import { contextOf } from '../../../connectors/context.ts';
import { ensureCaptureUser } from '../../../connectors/hub/capture-user.ts';
import { hubSource } from '../../../connectors/hub/hub-source.ts';
import type { Source } from '../../../connectors/source.ts';
import { installTables } from '../../../consumers/install.ts';
import type { TestStack } from '../../support/env.ts';
import { untilCaptured } from '../real-source.ts';
import { dropUser } from '../../support/drop-user.ts';

/** One record of a view topic: its key and, unless it is a tombstone, the change with both images. */
export type Captured = {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: readonly ColumnValue[];
  readonly change: ChangeEvent | null;
};

export type CapturedHub = {
  readonly view: ViewModel;
  readonly source: Source;
  readonly administrator: SqlTarget;
  /** The view's database, and the server without one; both as the administrator. */
  readonly hub: SqlDatabase;
  readonly server: SqlDatabase;
  readonly ports: SourcePorts;
  readonly kafka: KafkaBus;
  apply(): Promise<AppliedSources>;
  /** Everything in the topic of `table` as soon as it is `enough`. */
  until(
    table: string,
    what: string,
    enough: (records: readonly Captured[]) => boolean,
  ): Promise<readonly Captured[]>;
};

/** A person with items, a kept column that visibility hangs on, and cars as child rows; perhaps declared anew. */
export function smallView(database: string, moreItems: readonly unknown[] = []): ViewModel {
  return resolveView(
    {
      apiVersion: 'civicbus/v1',
      kind: 'View',
      name: database.replaceAll('_', '-'),
      database,
      entity: {
        table: 'person',
        key: { name: 'id_number', type: 'varchar(18)' },
        visibleBy: 'identity',
        visibleWhile: { column: 'status', in: ['alive'] },
      },
      blocks: [
        {
          name: 'identity',
          category: 1,
          authority: 'police',
          from: { source: 'police', table: 'police.person', key: ['id_number'] },
          items: [
            ...moreItems,
            { name: 'name', type: 'varchar(60)' },
            { name: 'income', type: 'decimal(12,2)' },
          ],
          kept: [
            { name: 'status', type: 'varchar(20)' },
            { name: 'note', type: 'varchar(20)' },
          ],
        },
        {
          name: 'car',
          category: 2,
          authority: 'police',
          from: { source: 'police', table: 'police.car', key: ['plate'] },
          many: { key: [{ name: 'plate', type: 'varchar(20)' }], entity: 'id_number' },
          items: [{ name: 'colour', type: 'varchar(20)' }],
        },
      ],
    },
    'small-view',
  );
}

export async function capturedHub(stack: TestStack): Promise<CapturedHub> {
  const view = smallView(`${stack.prefix}_hub`);
  const source = hubSource(view, { tls: 'disable' });
  const { host, port, root } = stack.endpoints.databases.hub;
  const administrator: SqlTarget = {
    host,
    port,
    user: root.user,
    password: await stack.password(root),
  };
  await installTables(view, administrator);
  const [server, hub] = await Promise.all([
    stack.openSql('hub'),
    stack.openSql('hub', { database: view.database }),
  ]);
  const context = contextOf(stack.endpoints);
  const passwordFile = join(context.secretsFolder, source.capture.passwordFile);
  const password = newSecret();
  await writeSecretFile(passwordFile, `${password}\n`);
  await ensureCaptureUser(server, source, password);
  const kafka = await stack.kafka();
  const ports = await sourcePorts(stack, kafka);
  stack.atEnd(async () => {
    await removeSources([source.name], { ports });
    for (const name of ['', '__next', '__old'])
      await server.execute(`DROP DATABASE IF EXISTS \`${view.database}${name}\``);
    await dropUser(server, source.capture.user);
    for (const file of [
      passwordFile,
      join(context.secretsFolder, 'kafka-users', `src-${source.name}.password`),
      join(context.connect.secretsFolder, `src-${source.name}.properties`),
    ])
      await rm(file, { force: true });
    await ports.admin.close();
  });
  return {
    view,
    source,
    administrator,
    hub,
    server,
    ports,
    kafka,
    apply: () => applyLoadedSources([{ file: 'small-view', source }], context, { ports }),
    until: (table, what, enough) =>
      recordsUntil({ stack, kafka, source, ports }, { table, what, enough }),
  };
}

async function sourcePorts(stack: TestStack, kafka: KafkaBus): Promise<SourcePorts> {
  const { url, login } = stack.endpoints.connect;
  const { developer, ...registryAt } = stack.endpoints.registry;
  return {
    admin: await kafka.admin(),
    connect: createConnectCluster({ url, user: login.user, password: await stack.password(login) }),
    registry: createConfluentRegistry({
      url: registryAt.url,
      nativeUrl: registryAt.nativeUrl,
      user: developer.user,
      password: await stack.password(developer),
    }),
    openDatabase: openTarget,
  };
}

type Reading = {
  readonly table: string;
  readonly what: string;
  readonly enough: (records: readonly Captured[]) => boolean;
};

type Place = Pick<CapturedHub, 'kafka' | 'source' | 'ports'> & { readonly stack: TestStack };

async function recordsUntil(
  { stack, kafka, source, ports }: Place,
  { table, what, enough }: Reading,
): Promise<readonly Captured[]> {
  const baseline = baselinesOf(source).find((one) => one.table === table)!;
  const cache = createReaderCache({
    fetchSchema: (id) => ports.registry!.schemaById(id),
    projection: { key: columns(baseline.key), value: columns(baseline.columns), before: true },
  });
  const raw: (RawRecord & { readonly partition: number })[] = [];
  const consumer = kafka.consumer({
    group: `${stack.prefix}-${randomUUID()}`,
    topics: [baseline.topic],
    handler: {
      claim: async ({ partitions }) =>
        new Map(partitions.map((one) => [partitionKey(one), { kind: 'start', offset: 0n }])),
      apply: async (batch) => {
        raw.push(...batch.records.map((one) => ({ ...one, partition: batch.partition })));
        return { kind: 'done' };
      },
      skip: async () => ({ kind: 'done' }),
    },
  });
  await consumer.start();
  try {
    return await untilCaptured({ name: source.name, ports }, what, async () => {
      const seen = [...raw];
      await cache.prepareFor(seen);
      const records = seen.map(({ partition, offset, key, value }) => ({
        partition,
        offset,
        key: cache.keyReader.decode(key!),
        change: value === null ? null : cache.valueReader.decode(value),
      }));
      return enough(records) ? records : undefined;
    });
  } finally {
    await consumer.close();
  }
}

function columns(of: readonly Column[]): readonly Column[] {
  return of.map(({ name, type }) => ({ name, type }));
}
