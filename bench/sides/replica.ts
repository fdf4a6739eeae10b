/**
 * MariaDB's own replication from the providers' server to the hub, of the register's database
 * only. The replica writes no binary log of what it applies (the server's default), which saves
 * it one of the two disk flushes that the other sides pay for.
 */
import { BusError } from '../../bus/base/errors.ts';
import { literal } from '../../bus/sql/mysql/mysql-literal.ts';
import { REGISTER_DATABASE } from '../register/department.ts';
import type { Site } from '../site.ts';

const USER = 'bench_replica';
const CONNECTION = 'bench';

type BinlogPosition = { readonly File: string; readonly Position: number };

/** Sets the replica up; call before the register is made, so that it copies it from its beginning. */
export async function prepareReplica(site: Site): Promise<void> {
  const { providers, hub } = site.sql;
  const { password } = await site.makePassword('bench-replica.password');
  await providers.execute(`CREATE USER '${USER}'@'127.0.0.1' IDENTIFIED BY ?`, [password]);
  await providers.execute(`GRANT REPLICATION SLAVE ON *.* TO '${USER}'@'127.0.0.1'`);
  const [at] = await providers.query<BinlogPosition>('SHOW MASTER STATUS');
  const { host, port } = site.endpoints.databases.providers;
  await hub.execute(
    `CHANGE MASTER '${CONNECTION}' TO MASTER_HOST=${literal(host)}, MASTER_PORT=${port},
       MASTER_USER='${USER}', MASTER_PASSWORD=${literal(password)}, MASTER_SSL=0,
       MASTER_USE_GTID=no, MASTER_LOG_FILE=${literal(at?.File ?? '')}, MASTER_LOG_POS=${at?.Position ?? 0}`,
  );
  await hub.execute(
    `SET GLOBAL ${CONNECTION}.replicate_wild_do_table='${REGISTER_DATABASE.replaceAll('_', '\\_')}.%'`,
  );
}

export async function startReplica(site: Site): Promise<void> {
  await site.sql.hub.execute(`START SLAVE '${CONNECTION}'`);
}

export async function stopReplica(site: Site): Promise<void> {
  await site.sql.hub.execute(`STOP SLAVE '${CONNECTION}'`);
}

type SlaveStatus = { readonly Last_IO_Error: string; readonly Last_SQL_Error: string };

/** Throws BENCH_SIDE_FAILED with the server's own words when replication has stopped by itself. */
export async function checkReplica(site: Site): Promise<void> {
  const [status] = await site.sql.hub.query<SlaveStatus>(`SHOW SLAVE '${CONNECTION}' STATUS`);
  const why = [status?.Last_IO_Error, status?.Last_SQL_Error].filter(Boolean).join(' ');
  if (why === '') return;
  throw new BusError('BENCH_SIDE_FAILED', {
    side: 'replica',
    why,
    logs: `${site.endpoints.home}/logs`,
  });
}
