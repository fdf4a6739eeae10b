/**
 * Migrations of the bus's own tables, run by knex: numbered, applied once each, in order, and
 * refused when the database was migrated by a newer civicbus.
 */
import knexModule from 'knex';
import type { SqlTarget } from '../sql.ts';
import { sqlError } from './mysql-errors.ts';

export type Migration = {
  /** Sorts by name ("001-offsets"); never renamed once landed. */
  readonly name: string;
  readonly statements: readonly string[];
};

/** Applies what is missing and answers the names applied. `target.database` must exist. */
export async function migrate(
  target: SqlTarget,
  migrations: readonly Migration[],
): Promise<string[]> {
  const client = knexModule.knex({
    client: 'mysql2',
    connection: { ...target, charset: 'utf8mb4' },
    pool: { min: 0, max: 1 },
  });
  try {
    const [, applied] = (await client.migrate.latest({
      migrationSource: {
        getMigrations: async () => [...migrations],
        getMigrationName: (migration: Migration) => migration.name,
        getMigration: async (migration: Migration) => ({
          up: async (session) => {
            for (const sql of migration.statements) await session.raw(sql);
          },
          down: async () => {},
        }),
      },
      tableName: 'civicbus_migration',
      disableTransactions: true, // MariaDB commits each DDL statement by itself
    })) as [number, string[]];
    return applied;
  } catch (error) {
    throw sqlError(error, target);
  } finally {
    await client.destroy();
  }
}
