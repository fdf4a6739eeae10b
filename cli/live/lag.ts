/** Reads what bus/lag calculates with, in the one order that cannot make a late view look up to date. */
import type { KafkaAdmin } from '../../bus/kafka/kafka.ts';
import { lagOf, oldestWaiting, type UnitLag } from '../../bus/lag/lag.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { listOffsets, type OffsetRow } from '../../bus/view/store/offset-store.ts';
import { unitName, type ViewModel } from '../../bus/view/view.ts';
import { countDeadLetters } from '../../bus/view/store/dead-letter-store.ts';
import type { StackAccess } from '../stack/access.ts';

export type ViewProgress = {
  readonly view: ViewModel;
  /** False before the view was applied to this stack. */
  readonly installed: boolean;
  readonly offsets: readonly OffsetRow[];
  readonly deadLetters: ReadonlyMap<string, number>;
};

/** Progress and dead letters as the hub knows them. */
export async function readProgress(view: ViewModel, access: StackAccess): Promise<ViewProgress> {
  const hub = await access.root('hub');
  if (!(await isInstalled(hub, view))) {
    return { view, installed: false, offsets: [], deadLetters: new Map() };
  }
  const units = view.blocks.map((block) => unitName(view, block));
  const database = await access.hub(view.database);
  return database.transaction(async (session) => {
    const offsets = await listOffsets(session, units);
    return { view, installed: true, offsets, deadLetters: await countDeadLetters(session) };
  }, 'REPEATABLE READ');
}

export async function isInstalled(hub: SqlDatabase, { database }: ViewModel): Promise<boolean> {
  const found = await hub.query(
    'SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?',
    [database, 'civicbus_offset'],
  );
  return found.length > 0;
}

export type ViewLag = ViewProgress & { readonly units: readonly UnitLag[] };

/** The lag of every unit of `view`. Topics that do not exist have no partitions. */
export async function readViewLag(view: ViewModel, access: StackAccess): Promise<ViewLag> {
  const progress = await readProgress(view, access);
  const admin = await access.admin();
  const units = view.blocks.map((block) => ({
    unit: unitName(view, block),
    topic: block.from.topic,
  }));
  const topics = units.map(({ topic }) => topic);
  const existing = (await admin.describeTopics(topics)).map(({ name }) => name);
  const logs = await admin.offsets(existing);
  const times = await timesOf(admin, oldestWaiting({ units, progress: progress.offsets, logs }));
  const { offsets, deadLetters } = progress;
  const input = { units, progress: offsets, logs, times, deadLetters, nowMs: Date.now() };
  return { ...progress, units: lagOf(input) };
}

/** Retention may take a record between two questions: then its age is not known. */
async function timesOf(admin: KafkaAdmin, positions: Parameters<KafkaAdmin['recordTimes']>[0]) {
  try {
    return await admin.recordTimes(positions);
  } catch {
    return undefined;
  }
}
