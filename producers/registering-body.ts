/**
 * A body that registers organisations of one kind and so knows some facts of which quality
 * supervision is the authority: name, address, legal representative, registration number. In the
 * initial load a known share of them is written down differently, and which ones is a pure function
 * of the organisation and the fact; later such a body learns of changes in its own time, and its
 * clerks err more often. What differs is an open conflict.
 */
import { type Random, seededRandom } from '../bus/base/random.ts';
import type { SqlRow } from '../bus/sql/sql.ts';
import { mix } from './city.ts';
import { ORGANISATIONS } from './organisation-register.ts';
import type { OrganisationKind } from './organisation-names.ts';
import { anyVersion, type Organisation, organisationsIn } from './organisation.ts';
import { register, type Register, type RowSetting, type Subjects } from './register.ts';
import { isLoadOrdinal } from './register-steps.ts';

/** The facts that another department decides; the figure makes the differences of each its own. */
const FACTS = { name: 51, address: 52, legal_representative: 53, registration_number: 54 } as const;
export type Fact = keyof typeof FACTS;

/** Of a hundred values so many are written down differently in the initial load, fact by fact. */
const PLANTED_SHARE = 0.03;
const LATER_SHARE = 0.1;
const BLANK_SHARE = 0.02;

const SLIPS: readonly ((text: string) => string)[] = [
  (text) => `${text} `,
  (text) => text.replaceAll('（', '(').replaceAll('）', ')'),
  (text) => text.replaceAll(/[\u{10000}-\u{10ffff}]/gu, '□'),
  (text) => Array.from(text).slice(0, -1).join(''),
  (text) => text.replaceAll('有限公司', '有限责任公司'),
];

/** Organisations of one kind; a step meets them in any of their versions. */
export function organisationsOf(kind: OrganisationKind): Subjects<Organisation> {
  return {
    ...ORGANISATIONS,
    loaded: (city, range) => organisationsIn(city, range).filter((one) => one.kind === kind),
    any: (city, random) => anyVersion(city, random, kind),
  };
}

/** The register of such a body; `details` gives the columns of its own, a DATE `established_on` among them. */
export function registeringBody(body: {
  readonly table: string;
  readonly kind: OrganisationKind;
  /** How this body calls the name. */
  readonly nameColumn: string;
  readonly weight?: number;
  details(of: Organisation, random: Random): SqlRow;
}): Register {
  const { table, kind, nameColumn } = body;
  return register({
    table,
    key: ['organisation_code'],
    subjects: organisationsOf(kind),
    subjectColumn: 'organisation_code',
    share: 0.95,
    date: 'established_on',
    ...(body.weight === undefined ? {} : { weight: body.weight }),
    row: (of, setting) => ({
      organisation_code: of.code,
      ...reported(of, nameColumn, setting),
      ...body.details(of, setting.random),
    }),
  });
}

/** Whether the initial load plants another value than the one that everybody knows. */
export function isPlanted({ code, serial }: Organisation, fact: Fact): boolean {
  const chance = seededRandom(mix(Number.parseInt(code.slice(0, 6), 36) | 0, serial, FACTS[fact]));
  return chance.chance(PLANTED_SHARE);
}

function reported(of: Organisation, nameColumn: string, { random, ordinal }: RowSetting): SqlRow {
  const differs = (fact: Fact) =>
    isLoadOrdinal(ordinal) ? isPlanted(of, fact) : random.chance(LATER_SHARE);
  const written = (fact: Fact, text: string) => (differs(fact) ? mistyped(text, random) : text);
  const orBlank = (text: string) => (random.chance(BLANK_SHARE) ? null : text);
  return {
    [nameColumn]: written('name', of.name),
    address: orBlank(written('address', of.address)),
    legal_representative: orBlank(written('legal_representative', of.representative.name)),
    registration_number: written('registration_number', of.registrationNumber),
  };
}

/** Another text for certain; most slips need a closer look to be seen. */
function mistyped(text: string, random: Random): string {
  const slipped = random.pick(SLIPS)(text);
  return slipped === text ? `${text} ` : slipped;
}
