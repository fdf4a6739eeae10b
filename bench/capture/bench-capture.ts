/**
 * `bench capture`: how fast one connector copies a table and reads the binary log, with the
 * registry client's default resolver and with the remembering one in turns. The changes are
 * committed while the connector stands still, so that it never waits for their writer.
 */
import { createConfluentRegistry } from '../../bus/registry/confluent/confluent-registry.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { isProblem, parseColumnType } from '../../bus/change/column-type.ts';
import { assert, must } from '../../bus/base/assert.ts';
import type { Column } from '../../bus/avro/reader.ts';
import { databaseSettings } from '../database-settings.ts';
import { meterProcess, type ProcessMeter } from '../process-meter.ts';
import { makeRegister } from '../register/department.ts';
import { type RegisterPlan, updateCount } from '../register/register.ts';
import { untilCaptured } from '../register/until-captured.ts';
import { insertResidents, updateResidents } from '../register/write-register.ts';
import { reportHead } from '../report.ts';
import type { Site } from '../site.ts';
import { rounded } from '../statistics.ts';
import { captureReport, type CaptureReport, type CaptureRun, type Pace } from './report.ts';
import { type Content, type Part, readContent } from './topic-content.ts';
import { benchSource, startConnector, type Variant, VARIANTS } from './variant.ts';

export type CaptureOptions = {
  readonly seed: number;
  /** Rows of the snapshot, and as many updates. */
  readonly residents: number;
  /** How often each variant runs. */
  readonly rounds: number;
  readonly onStep?: (what: string) => void;
};

/** The number of the round that is not counted: the worker must have compiled its code. */
const WARM_UP = 0;

export async function benchCapture(site: Site, options: CaptureOptions): Promise<CaptureReport> {
  const { seed, residents, rounds, onStep = () => {} } = options;
  const register = await makeRegister(site);
  const bench: Bench = {
    site,
    register,
    plan: { seed, residents },
    ...(await columnsRead()),
    fetchSchema: await schemaFetcher(site),
  };
  const runs: CaptureRun[] = [];
  for (let round = WARM_UP; round <= rounds; round++) {
    for (const variant of round % 2 === 1 ? VARIANTS : VARIANTS.toReversed()) {
      const run = await runVariant(bench, { round, variant });
      const which = round === WARM_UP ? 'warming up' : `round ${round}`;
      const { snapshot, binlog } = run;
      onStep(`${which}: ${variant} ${snapshot.perSecond} rows/s, ${binlog.perSecond} events/s`);
      runs.push(run);
    }
  }
  const database = await databaseSettings(site.sql.providers);
  const settings = { seed, residents, updates: updateCount(bench.plan), rounds, database };
  return captureReport({ ...reportHead('capture', site), settings }, runs, WARM_UP);
}

type Bench = {
  readonly site: Site;
  readonly register: SqlDatabase;
  readonly plan: RegisterPlan;
  readonly key: readonly Column[];
  readonly columns: readonly Column[];
  readonly fetchSchema: (id: number) => Promise<unknown>;
};

type Which = { readonly round: number; readonly variant: Variant };

async function runVariant(bench: Bench, { round, variant }: Which): Promise<CaptureRun> {
  const { site, register, plan } = bench;
  const updates = updateCount(plan);
  await register.execute('TRUNCATE TABLE resident');
  await insertResidents(register, plan);
  const meter = meterProcess(site.pids.connect);
  const connector = await startConnector(site, { round, variant });
  try {
    await untilCaptured(site, connector.topic, plan.residents);
    // One more row: when it is in the topic, the snapshot is over and its end is noted.
    await insertResidents(register, { ...plan, residents: plan.residents + 1 }, plan.residents);
    await read(bench, connector.topic, plan.residents + 1);
    await connector.stop();
    await updateResidents(register, plan);
    await connector.resume();
    const all = plan.residents + 1 + updates;
    await untilCaptured(site, connector.topic, all);
    const content = await read(bench, connector.topic, all);
    return runOf({ round, variant }, content, meter);
  } finally {
    meter.stop();
    await connector.remove();
  }
}

function runOf(which: Which, content: Content, meter: ProcessMeter): CaptureRun {
  const pace = (part: Part): Pace => {
    const seconds = Math.max(1, part.toMs - part.fromMs) / 1_000;
    const { cpuSeconds, residentBytesMax } = meter.between(part.fromMs, part.toMs);
    return {
      records: part.records,
      seconds: rounded(seconds, 3),
      perSecond: Math.round(part.records / seconds),
      cpuMicrosPerRecord: rounded((cpuSeconds * 1e6) / part.records, 1),
      residentMbMax: Math.round(residentBytesMax / 1024 / 1024),
    };
  };
  const part = (op: string) => must(content.get(op), `records of kind ${op}`);
  const sums = [...content].map(([op, { records, sum }]) => `${op}:${records}:${sum}`);
  return {
    ...which,
    snapshot: pace(part('r')),
    binlog: pace(part('u')),
    content: sums.toSorted().join(' '),
  };
}

function read(bench: Bench, topic: string, records: number): Promise<Content> {
  const { site, key, columns, fetchSchema } = bench;
  const { signal } = site;
  return readContent(site.kafka, { topic, records, key, columns, fetchSchema, signal });
}

async function columnsRead(): Promise<Pick<Bench, 'key' | 'columns'>> {
  const [table] = (await benchSource()).tables;
  const declared = must(table, 'the register’s table');
  const columns = declared.columns.map(({ name, type }) => {
    const parsed = parseColumnType(type);
    assert(!isProblem(parsed), `the type of ${name} is known`);
    return { name, type: parsed };
  });
  return { columns, key: columns.filter(({ name }) => declared.key.includes(name)) };
}

async function schemaFetcher(site: Site): Promise<Bench['fetchSchema']> {
  const { url, reader } = site.endpoints.registry;
  const password = await site.passwordOf(reader);
  const registry = createConfluentRegistry({ url, user: reader.user, password });
  return (id) => registry.schemaById(id);
}
