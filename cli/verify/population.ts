/**
 * The population view, child rows and open conflicts included, against the departments' tables.
 * Source and view are read at two moments, so a difference is believed only when it stays until
 * the limit; with the writers held, the comparison is exact and the difference left at the end is
 * real.
 */
import { waitFor } from '../../bus/base/retry.ts';
import { isBusError } from '../../bus/base/errors.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { Comparison } from '../../producers/compare-rows.ts';
import { comparePopulation } from '../../producers/population-compare.ts';
import { readSourceTables } from '../../producers/source-tables.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import type { StackAccess } from '../stack/access.ts';
import { openDepartments } from '../stack/city.ts';

export type Verification = Comparison & {
  /** Columns in which the first differing rows differ. */
  readonly columns: readonly string[];
};

export type VerifyOptions = {
  readonly access: StackAccess;
  /** Lets no department write while it is compared. */
  readonly holdWriters: boolean;
  readonly timeoutMs: number;
};

export async function verifyPopulation(
  view: ViewModel,
  { access, holdWriters, timeoutMs }: VerifyOptions,
): Promise<Verification> {
  const compare = () => untilEqual(view, { access, timeoutMs });
  if (!holdWriters) return compare();
  const providers = await access.root('providers');
  return withWritersHeld(providers, () => withRegistersHeld(access, compare));
}

async function untilEqual(
  view: ViewModel,
  { access, timeoutMs }: Pick<VerifyOptions, 'access' | 'timeoutMs'>,
): Promise<Verification> {
  const departments = await openDepartments(access);
  const hub = await access.hub(view.database);
  let last: Comparison | undefined;
  const probe = async () => {
    last = await compareOnce({ departments, hub });
    return last.equal;
  };
  try {
    await waitFor(probe, { what: 'equal rows', timeoutMs, intervalMs: 250 });
  } catch (error) {
    if (!isBusError(error, 'BUS_TIMEOUT') || !last) throw error;
  }
  const found = last ?? {
    equal: true,
    expectedRows: 0,
    actualRows: 0,
    differing: 0,
    differences: [],
  };
  return { ...found, columns: columnsOf(found) };
}

async function compareOnce({
  departments,
  hub,
}: {
  readonly departments: Readonly<Record<string, SqlDatabase>>;
  readonly hub: SqlDatabase;
}): Promise<Comparison> {
  return comparePopulation(hub, await readSourceTables(departments));
}

/** The lock lives as long as its connection: it cannot outlast this command. */
async function withWritersHeld<T>(root: SqlDatabase, work: () => Promise<T>): Promise<T> {
  return root.transaction(async (session) => {
    await session.execute('FLUSH TABLES WITH READ LOCK');
    try {
      return await work();
    } finally {
      await session.execute('UNLOCK TABLES');
    }
  });
}

/** The same on PostgreSQL: every transaction of a department's system begins with its session's row. */
async function withRegistersHeld<T>(access: StackAccess, work: () => Promise<T>): Promise<T> {
  const databases = DEPARTMENTS.filter(({ engine }) => engine === 'postgresql');
  const held = databases.reduceRight(
    (inner, { databaseName }) =>
      async () => {
        const database = await access.registers(databaseName);
        return database.transaction(async (session) => {
          // Nothing is asked for here while everything is compared.
          await session.execute('SET LOCAL idle_in_transaction_session_timeout = 0');
          await session.execute('LOCK TABLE workload_session IN SHARE MODE');
          return inner();
        });
      },
    work,
  );
  return held();
}

function columnsOf({ differences }: Comparison): string[] {
  return [
    ...new Set(
      differences.flatMap(({ kind, columns }) => (kind === 'different' ? columns : [`(${kind})`])),
    ),
  ];
}
