/**
 * Migrations of the bus's own tables, run by knex: numbered, applied once each, in order, and
 * refused when the database was migrated by a newer civicbus. One process at a time, by a lock
 * that the server frees when its holder dies. A statement that was cut off before it was noted
 * runs again: migrations must bear that (CREATE … IF NOT EXISTS).
 */
import knexModule, { type Knex } from 'knex';
import { BusError } from '../../base/errors.ts';
import type { SqlTarget } from '../sql.ts';
import { sqlError } from './mysql-errors.ts';

export type Migration = {
  /** Sorts by name ("001-offsets"); never renamed once landed. */
  readonly name: string;
  readonly statements: readonly string[];
};

const TABLE = 'civicbus_migration';
const LOCK_WAIT_S = 60;
/** Knex prints failed statements on standard output; here they are thrown, without their text. */
const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} };

/**
 * Applies what is missing and answers the names applied. `target.database` must exist. Throws
 * SQL_MIGRATED_NEWER when the database holds migrations that this version does not know.
 */
export async function migrate(
  target: SqlTarget,
  migrations: readonly Migration[],
): Promise<string[]> {
  const { host, port, user, password, database } = target;
  const client = knexModule.knex({
    client: 'mysql2',
    connection: {
      host,
      port,
      user,
      password,
      ...(database === undefined ? {} : { database }),
      charset: 'utf8mb4',
    },
    pool: { min: 0, max: 1 },
    log: SILENT,
  });
  try {
    await lock(client, target);
    await refuseNewer(client, target, migrations);
    const config = {
      migrationSource: {
        getMigrations: async () => [...migrations],
        getMigrationName: (migration: Migration) => migration.name,
        getMigration: async (migration: Migration) => ({
          up: async (session: Knex) => {
            for (const sql of migration.statements) await session.raw(sql);
          },
          down: async () => {},
        }),
      },
      tableName: TABLE,
      disableTransactions: true, // MariaDB commits each DDL statement by itself
    };
    // Knex's own lock outlives a killed process; ours is held, so nobody else can hold it.
    await client.migrate.forceFreeMigrationsLock(config);
    const [, applied] = (await client.migrate.latest(config)) as [number, string[]];
    return applied;
  } catch (error) {
    throw sqlError(error, target);
  } finally {
    await client.destroy();
  }
}

async function lock(client: Knex, target: SqlTarget): Promise<void> {
  const name = `civicbus.migrate.${target.database ?? ''}`.slice(0, 64);
  const [rows] = (await client.raw('SELECT GET_LOCK(?, ?) AS got', [name, LOCK_WAIT_S])) as [
    { readonly got: number | null }[],
  ];
  if (rows[0]?.got !== 1) throw new BusError('SQL_LOCK_TIMEOUT', { errno: 1205 });
}

async function refuseNewer(
  client: Knex,
  target: SqlTarget,
  migrations: readonly Migration[],
): Promise<void> {
  if (!(await client.schema.hasTable(TABLE))) return;
  const known = new Set(migrations.map(({ name }) => name));
  const rows = (await client.select('name').from(TABLE)) as { readonly name: string }[];
  const unknown = rows.map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const names = unknown.sort().join(', ');
    throw new BusError('SQL_MIGRATED_NEWER', { database: target.database, names });
  }
}
