/** Writes the register's rows and updates into the providers' server, as a department's system would. */
import { literal } from '../../bus/sql/mysql/mysql-literal.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import {
  COLUMNS,
  LANES,
  type RegisterPlan,
  residents,
  transactions,
  type Update,
} from './register.ts';

const ROWS_PER_INSERT = 1_000;

/** Inserts the residents from serial `first` on; none of them is there yet. */
export async function insertResidents(
  db: SqlDatabase,
  plan: RegisterPlan,
  first = 0,
): Promise<void> {
  for (let from = first; from < plan.residents; from += ROWS_PER_INSERT) {
    const rows = residents(plan, from, from + ROWS_PER_INSERT)
      .map((row) => `(${COLUMNS.map((column) => literal(row[column])).join(',')})`)
      .join(',');
    await db.execute(`INSERT INTO resident (${COLUMNS.join(',')}) VALUES ${rows}`);
  }
}

/** Commits every transaction of the plan, the lanes side by side. */
export async function updateResidents(db: SqlDatabase, plan: RegisterPlan): Promise<void> {
  await Promise.all(Array.from({ length: LANES }, (_, lane) => updateLane(db, plan, lane)));
}

async function updateLane(db: SqlDatabase, plan: RegisterPlan, lane: number): Promise<void> {
  for (const updates of transactions(plan, lane)) {
    const [only, ...more] = updates;
    if (only && more.length === 0) await db.execute(statement(only));
    else {
      await db.transaction(async (session) => {
        for (const update of updates) await session.execute(statement(update));
      });
    }
  }
}

function statement({ id_number: idNumber, ...changed }: Update): string {
  const assignments = Object.entries(changed).map(([name, value]) => `${name}=${literal(value)}`);
  return `UPDATE resident SET ${assignments.join(',')} WHERE id_number=${literal(idNumber)}`;
}
