/**
 * The benchmark's own department on the providers' server: database, table, and a user that may
 * capture this table and no other; and its capture, by the same connector as any department's.
 */
import { join } from 'node:path';
import { openDatabase } from '../../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { ensureAccount } from '../../bus/sql/mysql/account.ts';
import { applySources } from '../../connectors/apply.ts';
import { contextOf } from '../../connectors/context.ts';
import { sourceNames, tableTopic } from '../../connectors/names.ts';
import { captureGrants, captureUser } from '../../producers/capture-grants.ts';
import type { Site } from '../site.ts';
import { RESIDENT_TABLE } from './register.ts';

export const SOURCE_FILE = join(import.meta.dirname, 'source.yaml');
const SOURCE = 'bench';
export const REGISTER_DATABASE = 'bench_register';
export const RESIDENT_TOPIC = tableTopic({
  source: SOURCE,
  database: REGISTER_DATABASE,
  table: 'resident',
});

/** Makes the department; answers its empty register, opened as the administrator. */
export async function makeRegister(site: Site): Promise<SqlDatabase> {
  const root = site.sql.providers;
  await root.execute(
    `CREATE DATABASE ${REGISTER_DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`,
  );
  const register = await site.open('providers', REGISTER_DATABASE);
  await register.execute(RESIDENT_TABLE);
  const { password } = await site.makePassword(`cdc_${REGISTER_DATABASE}.password`);
  await ensureAccount(root, {
    user: captureUser(REGISTER_DATABASE),
    password,
    grants: captureGrants([{ database: REGISTER_DATABASE, table: 'resident' }]),
  });
  return register;
}

/** Starts capture into `RESIDENT_TOPIC`; resolves when connector and task run. */
export async function startCapture(site: Site): Promise<void> {
  await applySources([SOURCE_FILE], contextOf(site.endpoints), {
    ports: { admin: site.admin, connect: site.connect, openDatabase },
    signal: site.signal,
  });
}

/** Afterwards the worker's CPU is whatever else runs in it. */
export async function stopCapture(site: Site): Promise<void> {
  await site.connect.stop(sourceNames(SOURCE).connector);
}
