/** The initial load of a department: numbered batches, each one transaction, each exactly once. */
import { seededRandom } from '../bus/base/random.ts';
import { retry } from '../bus/base/retry.ts';
import type { SqlDatabase, SqlSession } from '../bus/sql/sql.ts';
import type { City } from './city.ts';
import type { DepartmentPlan } from './department.ts';
import { createScene, type RowCounts } from './scene.ts';
import { addCounts } from './counters.ts';
import { openSession } from './session.ts';

const BATCH_PERSONS = 500;
/** Attempts per batch, with pauses of up to five seconds: about a minute of outage. */
const ATTEMPTS_MAX = 20;
const SESSION = 'initial-load';

/**
 * Loads what is missing of `city` and answers the rows written by this call. Batch n covers the
 * same persons in every run, so a bigger city only adds batches. Throws SQL errors as they come.
 */
export async function loadCity(
  plan: DepartmentPlan,
  db: SqlDatabase,
  city: City,
): Promise<RowCounts> {
  const session = await openSession(db, { name: SESSION });
  let counts: RowCounts = {};
  while (session.lastNumber * BATCH_PERSONS < city.size) {
    const batch = session.lastNumber;
    const load = () => session.run((sql) => loadBatch({ plan, city, batch, sql }));
    const { value } = await retry(load, { attemptsMax: ATTEMPTS_MAX });
    counts = addCounts(counts, value);
  }
  return counts;
}

async function loadBatch(load: {
  readonly plan: DepartmentPlan;
  readonly city: City;
  readonly batch: number;
  readonly sql: SqlSession;
}): Promise<RowCounts> {
  const { plan, city, batch, sql } = load;
  const scene = createScene({ sql, city, random: seededRandom(city.seed + batch) });
  const firstSerial = batch * BATCH_PERSONS;
  const endSerial = Math.min(city.size, firstSerial + BATCH_PERSONS);
  await plan.loadBatch(scene, { firstSerial, endSerial });
  return scene.written;
}
