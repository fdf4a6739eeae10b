/**
 * A register: one table of a department with a row function, from which its initial load and its
 * steps follow (register-steps.ts). How to use it:
 *
 *   personRegister({ table: 'fund_member', key: ['id_number'], share: 0.6, date: 'opened_on',
 *     row: (person, { random, ordinal }) => ({ id_number: person.idNumber, opened_on: …, … }) })
 *
 * `row` gives every column, the keys among them, in the same order each time. A table whose key is
 * a number of its own makes it with `registerNumber(letters, person.serial, ordinal)`; `ordinal`
 * counts 1, 2, 3 … in the load and is any other number in steps. Rows about something other than
 * persons use `register({ subjects, subjectColumn, … })` with Subjects of their own, such as
 * ORGANISATIONS (organisation-register.ts).
 * `registerDepartment` (registers.ts) makes a whole department of registers; a department with
 * further steps spreads `register.steps` among its own. All SQL is portable: `?` placeholders,
 * no quoting, nothing of one server's dialect. The subject's column needs an index.
 */
import type { Random } from '../bus/base/random.ts';
import type { SqlRow } from '../bus/sql/sql.ts';
import { withSequence } from './citizen-id.ts';
import type { City, CityPerson } from './city.ts';
import type { SerialRange, Step } from './department.ts';
import { registerSteps } from './register-steps.ts';
import type { Scene } from './scene.ts';

/** Whom the rows of a register are about: persons, organisations, … */
export type Subjects<S> = {
  /** Those whom the initial load meets in the batch of these persons' serials. */
  loaded(city: City, range: SerialRange): readonly S[];
  /** One whom a step may meet, loaded or not. */
  any(city: City, random: Random): S;
  keyOf(subject: S): string;
  /** Another valid key of the same form, as a clerk's correction writes it. */
  corrected(key: string, random: Random): string;
};

export const PERSONS: Subjects<CityPerson> = {
  loaded: (city, { firstSerial, endSerial }) =>
    Array.from({ length: endSerial - firstSerial }, (_, i) => city.person(firstSerial + i)),
  any: (city, random) => city.anybody(random),
  keyOf: (person) => person.idNumber,
  corrected: (key, random) => withSequence(key, random.int(1, 999)),
};

export type RowSetting = {
  readonly city: City;
  readonly random: Random;
  readonly ordinal: number;
};

export type RegisterPlan<S> = {
  readonly table: string;
  /** The primary key's columns, in its order. */
  readonly key: readonly string[];
  readonly subjects: Subjects<S>;
  /** The column that names the subject; may be one of the key's. */
  readonly subjectColumn: string;
  /** The share (0…1) of the loaded subjects that have rows at the start. */
  readonly share: number;
  /** Rows of one subject at the start, at most; default 1. */
  readonly rowsMax?: number;
  /** A column of type DATE, if there is one: a zero date in it must be refused. */
  readonly date?: string;
  /** How busy the register is beside others of its department; default 1. */
  readonly weight?: number;
  /** A whole row. */
  row(subject: S, setting: RowSetting): SqlRow;
};

export type Register = {
  readonly table: string;
  load(scene: Scene, range: SerialRange): Promise<void>;
  readonly steps: readonly Step[];
  /** Writes of every kind, for a step that takes them back. */
  writeMuch(scene: Scene): Promise<void>;
  /** Inserts a row with a zero date; absent where there is no date. */
  readonly writeZeroDate?: (scene: Scene) => Promise<void>;
};

export function register<S>(plan: RegisterPlan<S>): Register {
  return {
    table: plan.table,
    load: (scene, range) => scene.insert(plan.table, loadedRows(plan, scene, range)),
    ...registerSteps(plan),
  };
}

type PersonRegisterPlan = Omit<RegisterPlan<CityPerson>, 'subjects' | 'subjectColumn'>;

/** A register of persons, whom its column id_number names. */
export function personRegister(plan: PersonRegisterPlan): Register {
  return register({ ...plan, subjects: PERSONS, subjectColumn: 'id_number' });
}

/** A number such as "V0000012-0000001": no two (serial, ordinal) share one. */
export function registerNumber(letters: string, serial: number, ordinal: number): string {
  return `${letters}${String(serial).padStart(7, '0')}-${String(ordinal).padStart(7, '0')}`;
}

function loadedRows<S>(
  plan: RegisterPlan<S>,
  { city, random }: Scene,
  range: SerialRange,
): SqlRow[] {
  return plan.subjects.loaded(city, range).flatMap((subject) => {
    if (!random.chance(plan.share)) return [];
    const length = random.int(1, plan.rowsMax ?? 1);
    return Array.from({ length }, (_, i) => plan.row(subject, { city, random, ordinal: i + 1 }));
  });
}
