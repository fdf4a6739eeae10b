/**
 * The benchmark's register: one table of 14 columns, filled and changed from a seed. The same
 * seed and size give the same rows and the same updates on every machine, also though several
 * connections write at once: each changes residents of its own only.
 */
import { seededRandom, type Random } from '../../bus/base/random.ts';
import type { SqlValue } from '../../bus/sql/sql.ts';
import { createCity, type City, type CityPerson } from '../../producers/city.ts';

export const COLUMNS = [
  'id_number',
  'name',
  'former_name',
  'sex',
  'ethnicity',
  'birth_date',
  'birthplace_division',
  'household_number',
  'relation_to_head',
  'residence_address',
  'phone',
  'height_cm',
  'record_number',
  'updated_at',
] as const;

export type Resident = Readonly<Record<(typeof COLUMNS)[number], SqlValue>>;

/** The table on either server; the peer writes into exactly this one too. */
export const RESIDENT_TABLE = `CREATE TABLE resident (
  id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  name VARCHAR(100) NOT NULL,
  former_name VARCHAR(100) NULL,
  sex CHAR(1) NOT NULL,
  ethnicity CHAR(2) NULL,
  birth_date DATE NOT NULL,
  birthplace_division CHAR(6) NOT NULL,
  household_number VARCHAR(20) NOT NULL,
  relation_to_head CHAR(2) NOT NULL,
  residence_address VARCHAR(200) NOT NULL,
  phone VARCHAR(20) NULL,
  height_cm DECIMAL(5,2) NULL,
  record_number BIGINT UNSIGNED NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin`;

/** Columns that an update of the workload changes. */
export type Update = Pick<
  Resident,
  'id_number' | 'residence_address' | 'phone' | 'record_number' | 'updated_at'
>;

export type RegisterPlan = {
  readonly seed: number;
  readonly residents: number;
  /** How many updates of residents drawn at random; default: as many as there are residents. */
  readonly updates?: number;
  /** What the updates are drawn from; default: `seed`. */
  readonly updateSeed?: number;
};

/** How many connections write updates at once. */
export const LANES = 4;
/** Rows of a transaction that is not single. */
export const ROWS_PER_BULK = 500;
const UNSIGNED_MAX = 2n ** 64n - 1n;
const ROADS = ['中山', '环市', '东风', '解放', '体育', '滨江'] as const;

/** Residents `from` up to but not including `to`, by serial. */
export function residents(plan: RegisterPlan, from: number, to: number): Resident[] {
  const city = cityOf(plan);
  const count = Math.max(0, Math.min(to, plan.residents) - from);
  return Array.from({ length: count }, (_, index) => resident(plan, city.person(from + index)));
}

/** Updates of the whole run. */
export function updateCount({ residents: count, updates = count }: RegisterPlan): number {
  return count === 0 ? 0 : updates;
}

/** The transactions of one lane, in order: a third of its updates alone, the rest in bulk. */
export function* transactions(plan: RegisterPlan, lane: number): Generator<Update[]> {
  const random = seededRandom((plan.updateSeed ?? plan.seed) * 31 + lane + 1);
  const city = cityOf(plan);
  const { serials, singles, inBulk } = laneSizes(plan, lane);
  let order = 0;
  const next = (): Update => {
    const { idNumber } = city.person(lane + LANES * random.int(0, serials - 1));
    order++;
    return { id_number: idNumber, ...movedHouse(random), updated_at: moment(lane, order) };
  };
  let alone = singles;
  for (let bulk = inBulk; bulk > 0; bulk -= ROWS_PER_BULK) {
    // Single ones between the bulks, as a day brings them.
    for (let count = Math.min(alone, ROWS_PER_BULK / 2); count > 0; count--, alone--)
      yield [next()];
    yield Array.from({ length: Math.min(bulk, ROWS_PER_BULK) }, next);
  }
  for (; alone > 0; alone--) yield [next()];
}

/** Lane `lane` owns the residents whose serial leaves that remainder. */
function laneSizes({ residents: count, updates = count }: RegisterPlan, lane: number) {
  const share = (whole: number) => Math.floor((whole - lane + LANES - 1) / LANES);
  const serials = share(count);
  const changes = serials === 0 ? 0 : share(updates);
  const singles = Math.floor(changes / 3);
  return { serials, singles, inBulk: changes - singles };
}

function cityOf({ seed, residents: size }: RegisterPlan): City {
  return createCity({ seed, size });
}

function resident({ seed }: RegisterPlan, person: CityPerson): Resident {
  const random = seededRandom(seed * 7 + person.serial);
  return {
    id_number: person.idNumber,
    name: person.name,
    former_name: person.formerName,
    sex: person.sex,
    ethnicity: person.ethnicity,
    birth_date: person.birthDate,
    birthplace_division: person.birthplaceDivision,
    household_number: `H${String(Math.floor(person.serial / 3)).padStart(9, '0')}`,
    relation_to_head: random.pick(['01', '10', '20', '30']),
    ...movedHouse(random),
    height_cm: random.chance(0.1) ? null : `${random.int(140, 199)}.${random.int(10, 99)}`,
    updated_at: moment(LANES, person.serial),
  };
}

function movedHouse(
  random: Random,
): Pick<Resident, 'residence_address' | 'phone' | 'record_number'> {
  const door = `${random.int(1, 999)}号${random.int(1, 40)}栋${random.int(101, 3299)}室`;
  return {
    residence_address: `广州市${random.pick(ROADS)}路${door}`,
    phone: random.chance(0.1)
      ? null
      : `1${random.int(30, 99)}${random.int(10_000_000, 99_999_999)}`,
    record_number: random.bigint(1n, UNSIGNED_MAX),
  };
}

/** Never twice the same, so that every update is a change and reaches the binary log. */
function moment(lane: number, order: number): string {
  const seconds = Math.floor(order / 1_000_000);
  const at = new Date(Date.UTC(2026, 0, 1 + lane, 0, 0, seconds)).toISOString().slice(0, 19);
  return `${at.replace('T', ' ')}.${String(order % 1_000_000).padStart(6, '0')}`;
}
