/** Rows of the police register, made from the city's persons; some with values at a type's edge. */
import type { Random } from '../../bus/base/random.ts';
import type { SqlRow } from '../../bus/sql/sql.ts';
import type { CityPerson } from '../city.ts';
import { address } from '../contact.ts';

const UNSIGNED_MAX = 2n ** 64n - 1n;
const EXTREME_SHARE = 0.02;
/** Text that a careless encoder, escaper or line reader would damage. */
const REMARKS = [
  'first line\nsecond line\r\nthird\tline',
  `it's "quoted" \\ and ; -- not a comment`,
  'emoji 👨‍👩‍👧‍👦🧧 and 𠮷𫚖㐂䶮',
  'zero \u0000 byte',
  ' blanks at both ends ',
  '',
] as const;
const MOMENT_EXTREMES = ['9999-12-31 23:59:59.999999', '1000-01-01 00:00:00.000000'] as const;
const HEIGHT_EXTREMES = ['999.99', '-999.99', '0.00', '0.01'] as const;
const REGISTRATION_TYPES = ['resident', 'collective', 'agricultural'] as const;

export function personRow(person: CityPerson, random: Random): SqlRow {
  return {
    id_number: person.idNumber,
    name: person.name,
    former_name: person.formerName,
    sex: person.sex,
    ethnicity: person.ethnicity,
    birth_date: person.birthDate,
    birthplace_division: random.chance(0.02) ? null : person.birthplaceDivision,
    status: 'alive',
    ...detailColumns(random),
  };
}

/** The columns that make types extreme: also what an "extremes" correction writes. */
export function detailColumns(random: Random, extremeShare = EXTREME_SHARE): SqlRow {
  const extreme = () => random.chance(extremeShare);
  return {
    record_number: extreme()
      ? random.pick([UNSIGNED_MAX, 2n ** 63n, 2n ** 53n + 1n, 0n])
      : random.bigint(1n, UNSIGNED_MAX),
    photo_reference: extreme() ? (random.chance(0.5) ? null : Buffer.alloc(0)) : bytes(random),
    height_cm: extreme() ? orNull(random, HEIGHT_EXTREMES) : height(random),
    remarks: extreme() ? random.pick(REMARKS) : null,
    updated_at: extreme() ? random.pick(MOMENT_EXTREMES) : moment(random),
  };
}

export function householdRow(person: CityPerson, random: Random, household?: string): SqlRow {
  const number = household ?? String(Math.floor(person.serial / 3)).padStart(9, '0');
  return {
    id_number: person.idNumber,
    household_number: number,
    relation_to_head: person.serial % 3 === 0 ? '01' : orNull(random, ['10', '20', '30']),
    registration_type: random.pick(REGISTRATION_TYPES),
    registered_division: person.homeDivision,
    registered_address: address(random, person.homeDivision),
    registration_status: random.chance(0.97) ? 'registered' : null,
  };
}

/** Where everybody knows the person to live, until the person moves. */
export function residenceRow(person: CityPerson): SqlRow {
  return {
    id_number: person.idNumber,
    residence_division: person.homeDivision,
    residence_address: person.homeAddress,
    phone: person.phone,
  };
}

export function moment(random: Random): string {
  const two = (max: number) => String(random.int(0, max)).padStart(2, '0');
  const day = `${random.int(1999, 2026)}-0${random.int(1, 9)}-${random.int(10, 28)}`;
  const fraction = String(random.int(0, 999_999)).padStart(6, '0');
  return `${day} ${two(23)}:${two(59)}:${two(59)}.${fraction}`;
}

/** One of `values`, or NULL as one more of them. */
function orNull<T>(random: Random, values: readonly T[]): T | null {
  return random.int(0, values.length) === 0 ? null : random.pick(values);
}

function bytes(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random.int(1, 64) }, () => random.int(0, 255)));
}

function height(random: Random): string {
  return `${random.int(45, 215)}.${String(random.int(0, 99)).padStart(2, '0')}`;
}
