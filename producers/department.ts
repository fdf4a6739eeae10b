/**
 * The Department port: a synthetic department with a real database of its own. A department is
 * data — tables, an initial load, weighted steps — and everything else (installation, rights,
 * transactions, counting, survival of outages) is the same code for all of them.
 */
import type { Random } from '../bus/base/random.ts';
import type { SqlDatabase, SqlEngine } from '../bus/sql/sql.ts';
import type { City } from './city.ts';
import { loadCity } from './initial-load.ts';
import { installDepartment, type InstalledDepartment, type InstallOptions } from './install.ts';
import type { RowCounts, Scene } from './scene.ts';
import { openWorkload, type Workload } from './workload.ts';

/** One kind of transaction in a department's day. */
export type Step = {
  readonly name: string;
  /** How often it is chosen, relative to the others' weights. */
  readonly weight: number;
  /** What becomes of the transaction; 'commit' when absent. */
  readonly ends?: 'commit' | 'rollback' | 'refused';
  /** Writes inside one open transaction. */
  run(scene: Scene): Promise<void>;
};

export type DepartmentPlan = {
  /** Kebab-case, as in connectors/<name>/. */
  readonly name: string;
  readonly databaseName: string;
  /** What its database runs on; `mariadb` if absent. */
  readonly engine?: SqlEngine;
  /** Tables that others may capture, in the order in which they are created. */
  readonly tables: readonly string[];
  /** The file with one CREATE TABLE IF NOT EXISTS per table. */
  readonly schemaFile: URL;
  /** Writes what the department knows of the persons [firstSerial, endSerial) at the start. */
  loadBatch(scene: Scene, range: SerialRange): Promise<void>;
  readonly steps: readonly Step[];
};

export type SerialRange = { readonly firstSerial: number; readonly endSerial: number };

export type Department = DepartmentPlan & {
  /** Creates database, tables and users, or completes them; safe to repeat. Needs a server root. */
  install(root: SqlDatabase, options: InstallOptions): Promise<InstalledDepartment>;
  /** The initial load, exactly once: a load that was cut off goes on where it stopped. */
  load(db: SqlDatabase, city: City): Promise<RowCounts>;
  /** The department's day, one transaction per step. */
  workload(options: {
    readonly db: SqlDatabase;
    readonly city: City;
    readonly random: Random;
    readonly signal?: AbortSignal;
  }): Promise<Workload>;
};

export function defineDepartment(plan: DepartmentPlan): Department {
  return {
    ...plan,
    install: (root, options) => installDepartment(plan, root, options),
    load: (db, city) => loadCity(plan, db, city),
    workload: (options) => openWorkload(plan, options),
  };
}
