/**
 * Filling a view anew beside itself: for a changed declaration, and for a topic that was replaced.
 * A shadow database is filled by the same engine, from where the topics end now and from every
 * source's rows, which are read once more; then its tables take the place of the view's. Readers
 * and consumers go on meanwhile and stand still only for the exchange. Cut off before the
 * exchange, nothing has changed; after it, the next call finishes.
 */
import { must } from '../../base/assert.ts';
import { BusError } from '../../base/errors.ts';
import { waitFor } from '../../base/retry.ts';
import { signalOf } from '../../base/signal.ts';
import { partitionKey, type KafkaAdmin } from '../../kafka/kafka.ts';
import type { SqlDatabase, SqlSession } from '../../sql/sql.ts';
import { compileView, type UnitPlan } from '../compile/compile.ts';
import type { RunningView } from '../run.ts';
import { tableDifferences } from '../store/inspect.ts';
import { haltUnit, listOffsets, noteFirstSight, type OffsetRow } from '../store/offset-store.ts';
import { logOf } from '../sweep/begin.ts';
import type { Reread } from '../sweep/reread.ts';
import type { ViewModel } from '../view.ts';
import {
  carryConflicts,
  carryHistory,
  dropDatabases,
  isSwapped,
  oldDatabase,
  renewReaders,
  shadowOf,
  swapTables,
} from './swap.ts';

export type RebuildPorts = {
  /** The hub's server as an administrator, without a default database. */
  readonly server: SqlDatabase;
  /** The hub as the same, with a default database; closed by the caller. */
  readonly open: (database: string) => Promise<SqlDatabase>;
  readonly admin: KafkaAdmin;
  readonly reread: Reread;
  /** Brings the engine's own tables of `view` up to date, and makes database, tables and readers' views of `shadow`. */
  readonly prepare: (view: ViewModel, shadow: ViewModel) => Promise<void>;
  /** Runs a consumer of `view` into its own database, in a group of its own. */
  readonly run: (view: ViewModel) => Promise<RunningView>;
};

export type RebuildState = 'filling' | 'reading' | 'catching-up' | 'swapping' | 'done';

export type RebuildOptions = {
  readonly view: ViewModel;
  readonly ports: RebuildPorts;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onState?: (state: RebuildState) => void;
};

export type RebuildResult = {
  /** Units that stay halted until consumers with the new declaration run. */
  readonly held: readonly string[];
  readonly generation: number;
};

const CHECK_MS = 200;
/** Units of one source are read one after another; so many sources at a time. */
const SOURCES_AT_ONCE = 3;
const GENERATION_MAX = 255;

/** Throws REBUILD_UNIT_HALTED, SWEEP_REREAD_FAILED, BUS_TIMEOUT; the view is then as it was. */
export async function rebuildView(options: RebuildOptions): Promise<RebuildResult> {
  const { view, ports } = options;
  const { server } = ports;
  if (await isSwapped(server, view)) return finish(options);
  const shadow = shadowOf(view);
  options.onState?.('filling');
  await dropDatabases(server, [shadow.database, oldDatabase(view)]);
  await ports.prepare(view, shadow);
  const next = await ports.open(shadow.database);
  const plans = compileView(view);
  await seedOffsets(options, { next, plans });
  try {
    await fill(options, { next, plans });
    await prepareSwap(options, { next, plans });
    await swapTables(server, view);
  } catch (error) {
    if (!(await isSwapped(server, view))) await lift(await ports.open(view.database));
    throw error;
  }
  return finish(options);
}

/** Fills the shadow until it has everything that the view has, and the view stands still. */
async function fill(options: RebuildOptions, { next, plans }: Filling): Promise<void> {
  const { view, ports, onState } = options;
  const running = await ports.run(shadowOf(view));
  try {
    onState?.('reading');
    const ends = await readAll(options, plans);
    onState?.('catching-up');
    await untilApplied(options, { next, ends });
    onState?.('swapping');
    await standStill(options, { next, plans });
  } finally {
    await running.close();
  }
}

/** Ends the halts of the exchange, and no others. */
async function lift(database: SqlSession): Promise<void> {
  await database.execute(
    'UPDATE civicbus_offset SET halt_code = NULL, halt_detail = NULL, halted_at = NULL WHERE halt_code = ?',
    [HALT],
  );
}

type Filling = { readonly next: SqlDatabase; readonly plans: readonly UnitPlan[] };

/** Reading begins where each log ends now, in a new generation: versions grow across the exchange. */
async function seedOffsets(
  { view, ports }: RebuildOptions,
  { next, plans }: Filling,
): Promise<void> {
  const { admin } = ports;
  const live = await liveOffsets(ports, view, plans);
  const generation = Math.max(0, ...live.map((row) => row.generation)) + 1;
  if (generation > GENERATION_MAX)
    throw new BusError('REBUILD_GENERATIONS_USED', { view: view.name });
  const clusterId = await admin.clusterId();
  for (const { unit, topic } of plans) {
    const [state] = await admin.describeTopics([topic]);
    if (!state) throw new BusError('VIEW_TOPIC_ABSENT', { view: view.name, topics: topic });
    const { ends } = await logOf(admin, topic);
    const { topicId, partitions } = state;
    const seen = { unit, topic, clusterId, topicId, partitions, generation };
    await noteFirstSight(
      next,
      ends.map((nextOffset, partition) => ({ ...seen, partition, nextOffset })),
    );
  }
}

/** Has every table read again; answers where each topic ends after that. */
async function readAll(
  options: RebuildOptions,
  plans: readonly UnitPlan[],
): Promise<ReadonlyMap<string, readonly bigint[]>> {
  const { view, ports } = options;
  const bySource = [...Map.groupBy(view.blocks, ({ from }) => from.source).entries()];
  const deadline = Date.now() + options.timeoutMs;
  const worker = async (): Promise<void> => {
    for (let one = bySource.shift(); one; one = bySource.shift()) {
      const [source, blocks] = one;
      for (const table of new Set(blocks.map(({ from }) => from.table))) {
        await ports.reread.read({
          id: crypto.randomUUID(),
          source,
          table,
          since: await ports.reread.begin(source),
          timeoutMs: Math.max(0, deadline - Date.now()),
          ...signalOf(options),
        });
      }
    }
  };
  await Promise.all(Array.from({ length: SOURCES_AT_ONCE }, worker));
  const ends = new Map<string, readonly bigint[]>();
  for (const { topic } of plans) ends.set(topic, (await logOf(ports.admin, topic)).ends);
  return ends;
}

async function untilApplied(
  options: RebuildOptions,
  {
    next,
    ends,
  }: { readonly next: SqlDatabase; readonly ends: ReadonlyMap<string, readonly bigint[]> },
): Promise<void> {
  await reached(options, {
    next,
    isBehind: ({ topic, partition, nextOffset }) =>
      nextOffset < (ends.get(topic)?.[partition] ?? 0n),
  });
}

/** Halts the live view, and lets the shadow pass what the view had applied: readers never see less than before. */
async function standStill(options: RebuildOptions, { next, plans }: Filling): Promise<void> {
  const { view, ports } = options;
  const database = await ports.open(view.database);
  for (const { unit } of plans) {
    await haltUnit(database, unit, { code: HALT, detail: 'the view is being exchanged' });
  }
  const live = new Map(
    (await liveOffsets(ports, view, plans)).map((row) => [partitionKey(row), row]),
  );
  await reached(options, {
    next,
    isBehind: (row) => {
      const before = live.get(partitionKey(row));
      return before?.topicId === row.topicId && row.nextOffset < before.nextOffset;
    },
  });
}

const HALT = 'VIEW_REBUILDING';

async function reached(
  options: RebuildOptions,
  {
    next,
    isBehind,
  }: { readonly next: SqlDatabase; readonly isBehind: (row: OffsetRow) => boolean },
): Promise<void> {
  const units = compileView(options.view).map(({ unit }) => unit);
  let halted: OffsetRow | undefined;
  await waitFor(
    async () => {
      const rows = await listOffsets(next, units);
      halted = rows.find(({ haltCode }) => haltCode !== null);
      return halted !== undefined || !rows.some(isBehind);
    },
    {
      what: `the shadow of view ${options.view.name} to apply what was read`,
      timeoutMs: options.timeoutMs,
      intervalMs: CHECK_MS,
      ...signalOf(options),
    },
  );
  if (!halted) return;
  const { unit, haltCode, haltDetail } = halted;
  throw new BusError('REBUILD_UNIT_HALTED', { unit, code: haltCode, detail: haltDetail ?? '' });
}

/** The shadow's places become ones that no member of the live group can take for its own. */
async function prepareSwap(
  { view, ports }: RebuildOptions,
  { next, plans }: Filling,
): Promise<void> {
  const live = await liveOffsets(ports, view, plans);
  const before = new Map(live.map((row) => [partitionKey(row), row]));
  const rows = await listOffsets(
    next,
    plans.map(({ unit }) => unit),
  );
  for (const row of rows) {
    const epoch = (before.get(partitionKey(row))?.epoch ?? 0n) + row.epoch + 1n;
    await next.execute(
      'UPDATE civicbus_offset SET epoch = ?, owner = NULL, group_generation = 0, halt_code = ?, halt_detail = ?, halted_at = UTC_TIMESTAMP(3) ' +
        'WHERE unit = ? AND topic = ? AND `partition` = ?',
      [epoch, HALT, 'the view was exchanged', row.unit, row.topic, row.partition],
    );
  }
  await carryHistory(
    ports.server,
    view,
    rows.map((row) => {
      const old = before.get(partitionKey(row));
      const known = old?.topicId === row.topicId ? old.nextOffset : 0n;
      return { unit: row.unit, topic: row.topic, partition: row.partition, offset: known };
    }),
  );
}

/** What follows the exchange; every step may be done twice. */
async function finish({ view, ports, onState }: RebuildOptions): Promise<RebuildResult> {
  const { server } = ports;
  const database = await ports.open(view.database);
  await renewReaders(database, view);
  await carryConflicts(server, view);
  const units = compileView(view).map(({ unit }) => unit);
  const changed = await declarationChanged(server, view);
  if (!changed) await lift(database);
  const [row] = await listOffsets(database, units);
  await dropDatabases(server, [shadowOf(view).database, oldDatabase(view)]);
  onState?.('done');
  return { held: changed ? units : [], generation: must(row, 'a unit has offsets').generation };
}

/** Consumers of the former declaration would write into the new tables what they do not fit. */
async function declarationChanged(server: SqlSession, view: ViewModel): Promise<boolean> {
  const differences = await tableDifferences(server, { ...view, database: oldDatabase(view) });
  return differences.length > 0;
}

async function liveOffsets(
  { open }: RebuildPorts,
  { database }: ViewModel,
  plans: readonly UnitPlan[],
): Promise<OffsetRow[]> {
  return listOffsets(
    await open(database),
    plans.map(({ unit }) => unit),
  );
}
