/**
 * `bench scale`: whether a row costs the same in a large view as in a small one. One register
 * grows from size to size; at each, our engine takes up the rows that were added, then changes of
 * rows drawn at random from all of them, each time by a process started anew. After every size
 * the view is compared with the register.
 */
import { statfs } from 'node:fs/promises';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { rowsTable } from '../../bus/view/view.ts';
import { databaseSettings } from '../database-settings.ts';
import { meterProcess } from '../process-meter.ts';
import { makeRegister, RESIDENT_TOPIC, startCapture } from '../register/department.ts';
import { digestOf, sameRows } from '../register/digest.ts';
import { updateCount } from '../register/register.ts';
import { untilCaptured } from '../register/until-captured.ts';
import { insertResidents, updateResidents } from '../register/write-register.ts';
import { reportHead } from '../report.ts';
import { installOurs, type InstalledView, startOurs } from '../sides/ours.ts';
import type { Site } from '../site.ts';
import { rounded } from '../statistics.ts';
import { createBudget } from './budget.ts';
import {
  type ScaleCost,
  scaleReport,
  type ScaleReport,
  type ScaleStep,
  type Skipped,
  type TableBytes,
} from './report.ts';

export type ScaleOptions = {
  readonly seed: number;
  /** Sizes of the view in rows, growing. */
  readonly sizes: readonly number[];
  /** Changes at each size. */
  readonly updates: number;
  /** Memory of each database server, as a database of that size is given. */
  readonly bufferPoolMb: number;
  readonly redoLogMb: number;
  /** No size is begun that would likely end later. */
  readonly minutesMax: number;
  readonly onStep?: (what: string) => void;
};

export async function benchScale(site: Site, options: ScaleOptions): Promise<ScaleReport> {
  const { seed, updates, onStep = () => {} } = options;
  await giveMemory(site, options);
  const register = await makeRegister(site);
  const installed = await installOurs(site, 0);
  const world: World = { site, register, installed, seed, updates, onStep };
  const budget = await createBudget({
    minutesMax: options.minutesMax,
    freeBytes: () => freeBytes(site.endpoints.home),
  });
  const steps: ScaleStep[] = [];
  const skipped: Skipped[] = [];
  for (const persons of options.sizes) {
    const before = steps.at(-1)?.persons ?? 0;
    const why = await budget.refusal(persons - before);
    if (why === undefined) {
      steps.push(await grow(world, { before, persons, step: steps.length }));
      await budget.spent(persons);
    } else {
      skipped.push({ persons, why });
      onStep(`${persons} persons: ${why}`);
    }
  }
  const { bufferPoolMb, redoLogMb, minutesMax, sizes } = options;
  const database = await databaseSettings(site.sql.hub);
  const settings = { seed, sizes, updates, bufferPoolMb, redoLogMb, minutesMax, database };
  return scaleReport({ ...reportHead('scale', site), settings, skipped }, steps);
}

type World = {
  readonly site: Site;
  readonly register: SqlDatabase;
  readonly installed: InstalledView;
  readonly seed: number;
  readonly updates: number;
  readonly onStep: (what: string) => void;
};

type Growth = { readonly before: number; readonly persons: number; readonly step: number };

async function grow(world: World, { before, persons, step }: Growth): Promise<ScaleStep> {
  const { site, register, installed, onStep } = world;
  const plan = { seed: world.seed, residents: persons };
  onStep(`${persons} persons: inserting ${persons - before}`);
  await insertResidents(register, plan, before);
  // The first size is copied by the snapshot, the others come through the binary log.
  if (step === 0) await startCapture(site);
  await untilCaptured(site, RESIDENT_TOPIC, persons + step * world.updates);
  onStep(`${persons} persons: applying`);
  const inserted = await apply(world, persons - before);
  onStep(`${persons} persons: changing ${world.updates}`);
  const changes = { ...plan, updates: world.updates, updateSeed: world.seed + 1 + step };
  await updateResidents(register, changes);
  await untilCaptured(site, RESIDENT_TOPIC, persons + (step + 1) * world.updates);
  const updated = await apply(world, updateCount(changes));
  const table = `${installed.view.database}.${installed.view.entity.table}`;
  const [source, target] = [
    await digestOf(register, 'resident'),
    await digestOf(site.sql.hub, table),
  ];
  const rowsEqual = sameRows(source, target);
  onStep(
    `${persons} persons: ${inserted.perSecond} rows/s, ${updated.perSecond} changes/s, ${rowsEqual ? 'rows equal' : 'ROWS DIFFER'}`,
  );
  return { persons, inserted, updated, bytes: await tableBytes(world), rowsEqual };
}

/** Our process from its start until it applied `records`, which are all in the topic. */
async function apply({ site, installed }: World, records: number): Promise<ScaleCost> {
  const ours = startOurs(site, installed);
  const meters = { ours: meterProcess(ours.pid), database: meterProcess(site.pids.hub) };
  try {
    const span = await ours.applied(records);
    const [own, database] = [
      meters.ours.between(span.fromMs, span.toMs),
      meters.database.between(span.fromMs, span.toMs),
    ];
    const seconds = Math.max(1, span.toMs - span.fromMs) / 1_000;
    return {
      records,
      seconds: rounded(seconds, 3),
      perSecond: Math.round(records / seconds),
      cpuMicrosPerRecord: rounded((own.cpuSeconds * 1e6) / records, 1),
      databaseCpuMicrosPerRecord: rounded((database.cpuSeconds * 1e6) / records, 1),
      residentMbMax: Math.round(own.residentBytesMax / 1024 / 1024),
    };
  } finally {
    meters.ours.stop();
    meters.database.stop();
    await ours.end();
  }
}

/** Of all tables of the view's database, the engine's own included. */
async function tableBytes({ site, installed }: World): Promise<TableBytes> {
  const { view } = installed;
  await site.sql.hub.query(`ANALYZE TABLE ${view.database}.${rowsTable(view)}`);
  const [row] = await site.sql.hub.query<{ readonly d: string; readonly i: string }>(
    `SELECT CAST(SUM(data_length) AS CHAR) AS d, CAST(SUM(index_length) AS CHAR) AS i
     FROM information_schema.tables WHERE table_schema = ?`,
    [view.database],
  );
  return { data: Number(row?.d ?? 0), indexes: Number(row?.i ?? 0) };
}

async function giveMemory(
  site: Site,
  { bufferPoolMb, redoLogMb }: Pick<ScaleOptions, 'bufferPoolMb' | 'redoLogMb'>,
): Promise<void> {
  for (const server of [site.sql.providers, site.sql.hub]) {
    await server.execute(`SET GLOBAL innodb_buffer_pool_size = ${bufferPoolMb * 1024 * 1024}`);
    await server.execute(`SET GLOBAL innodb_log_file_size = ${redoLogMb * 1024 * 1024}`);
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
