/**
 * Fills the topic that both sides replay: residents are inserted and snapshotted, then updated
 * while capture streams, by the same connector as any department's. Afterwards the connector is
 * stopped, so that the worker's CPU is the peer's alone.
 */
import { join } from 'node:path';
import { openDatabase } from '../../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { applySources } from '../../connectors/apply.ts';
import { contextOf } from '../../connectors/context.ts';
import { sourceNames, tableTopic } from '../../connectors/names.ts';
import { CAPTURE_GRANTS, CAPTURE_HOSTS } from '../../producers/capture-grants.ts';
import { type Digest, digestOf } from './digest.ts';
import { type RegisterPlan, RESIDENT_TABLE, updateCount } from './register.ts';
import type { Site } from './site.ts';
import { countTopic, type TopicCounter } from './topic-counter.ts';
import { insertResidents, updateResidents } from './write-register.ts';

const SOURCE_FILE = join(import.meta.dirname, 'source.yaml');
const SOURCE = 'bench';
const DATABASE = 'bench_register';
export const TOPIC = tableTopic({ source: SOURCE, database: DATABASE, table: 'resident' });
const CAPTURE_TIMEOUT_MS = 30 * 60_000;

export type Captured = {
  readonly topic: string;
  readonly events: number;
  /** The offset after the last record of each partition. */
  readonly ends: ReadonlyMap<number, bigint>;
  /** The register's rows at the end: what both sides must arrive at. */
  readonly digest: Digest;
};

export async function capture(
  site: Site,
  plan: RegisterPlan,
  onStep: (what: string) => void,
): Promise<Captured> {
  const register = await makeRegister(site);
  onStep(`inserting ${plan.residents} residents`);
  await insertResidents(register, plan);
  onStep('capturing the snapshot');
  await applySources([SOURCE_FILE], contextOf(site.endpoints), {
    ports: { admin: site.admin, connect: site.connect, openDatabase },
  });
  const counter = await countTopic(site.kafka, TOPIC);
  const limits = { timeoutMs: CAPTURE_TIMEOUT_MS, signal: site.signal };
  try {
    await counter.until(plan.residents, limits);
    onStep(`capturing ${updateCount(plan)} updates`);
    await updateResidents(register, plan);
    await counter.until(plan.residents + updateCount(plan), limits);
    await site.connect.stop(sourceNames(SOURCE).connector);
    return captured(register, counter);
  } finally {
    await counter.close();
  }
}

async function captured(register: SqlDatabase, counter: TopicCounter): Promise<Captured> {
  const digest = await digestOf(register, 'resident');
  return { topic: TOPIC, events: counter.count(), ends: counter.ends(), digest };
}

/** The department's side: database, table, and a user that may capture this table and no other. */
async function makeRegister(site: Site): Promise<SqlDatabase> {
  const root = site.sql.providers;
  await root.execute(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`);
  const register = await site.open('providers', DATABASE);
  await register.execute(RESIDENT_TABLE);
  const { password } = await site.makePassword(`cdc_${DATABASE}.password`);
  for (const host of CAPTURE_HOSTS) {
    const user = `'cdc_${DATABASE}'@'${host}'`;
    await root.execute(`CREATE USER ${user} IDENTIFIED BY ?`, [password]);
    await root.execute(`GRANT ${CAPTURE_GRANTS.global.join(', ')} ON *.* TO ${user}`);
    await root.execute(
      `GRANT ${CAPTURE_GRANTS.table.join(', ')} ON ${DATABASE}.resident TO ${user}`,
    );
  }
  return register;
}
