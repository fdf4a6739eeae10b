/** Rows and numbers of civil affairs. Dates often coincide, so that the order of events is really asked for. */
import type { Random } from '../../bus/base/random.ts';
import type { SqlRow } from '../../bus/sql/sql.ts';
import { addDays } from '../dates.ts';
import type { Scene } from '../scene.ts';

export type MarriageEvent = 'married' | 'divorced' | 'annulled';

/** The letter that a certificate's number begins with. */
const CERTIFICATE_LETTER = { married: 'J', divorced: 'L', annulled: 'C' } as const;
const RECENT = { firstDay: '2026-01-01', days: 40 } as const;
const LONG_AGO = { firstDay: '1985-01-01', days: 14_000 } as const;
const BACKDATED_SHARE = 0.2;
const RELIEF_TYPES = ['subsistence', 'medical', 'education', 'temporary', 'disaster'] as const;
const RELIEF_STATUSES = ['approved', 'paused', 'ended'] as const;
const AMOUNT_EXTREMES = ['9999999999.99', '0.00', '0.01'] as const;

export type MarriageFacts = {
  readonly spouseA: string;
  readonly spouseB: string;
  readonly event: MarriageEvent;
  readonly division: string;
};

/** A marriage row under the next free number of its division and year, as the database has it now. */
export async function nextMarriageRow(scene: Scene, facts: MarriageFacts): Promise<SqlRow> {
  const day = eventDay(scene.random);
  const number = await nextRegistrationNumber(scene, numberPrefix(facts, day));
  return marriageRow({ ...facts, day, number, random: scene.random });
}

export function marriageRow(
  row: MarriageFacts & { readonly day: string; readonly number: string; readonly random: Random },
): SqlRow {
  const seconds = row.random.int(0, 59).toString().padStart(2, '0');
  const micros = row.random.int(0, 999_999).toString().padStart(6, '0');
  return {
    registration_number: row.number,
    spouse_a_id_number: row.spouseA,
    spouse_b_id_number: row.spouseB,
    event_type: row.event,
    registered_on: row.day,
    registered_at: `${row.day} 10:30:${seconds}.${micros}`,
  };
}

export function numberPrefix(
  { event, division }: Pick<MarriageFacts, 'event' | 'division'>,
  day: string,
): string {
  return `${CERTIFICATE_LETTER[event]}${division}-${day.slice(0, 4)}-`;
}

/** Numbers run per prefix; the number of a deleted last row is given out again, as in real registers. */
export async function nextRegistrationNumber(scene: Scene, prefix: string): Promise<string> {
  const [row] = await scene.read<{ last: string | null }>(
    'SELECT MAX(registration_number) AS last FROM marriage WHERE registration_number LIKE ?',
    [`${prefix}%`],
  );
  return prefix + serial(Number((row?.last ?? '0').slice(-6)) + 1);
}

export function serial(number: number): string {
  return String(number).padStart(6, '0');
}

export function eventDay(random: Random): string {
  const era = random.chance(BACKDATED_SHARE) ? LONG_AGO : RECENT;
  return addDays(era.firstDay, random.int(0, era.days));
}

export function longAgo(random: Random): string {
  return addDays(LONG_AGO.firstDay, random.int(0, LONG_AGO.days));
}

/** A case that was applied for (no date, no amount) or decided. */
export function reliefRow(
  random: Random,
  { caseNumber, idNumber }: { readonly caseNumber: string; readonly idNumber: string },
): SqlRow {
  return {
    case_number: caseNumber,
    id_number: idNumber,
    relief_type: random.pick(RELIEF_TYPES),
    ...(random.chance(0.3) ? appliedFor() : decision(random)),
  };
}

export function decision(random: Random): SqlRow {
  return {
    relief_status: random.pick(RELIEF_STATUSES),
    approved_on: eventDay(random),
    monthly_amount: amount(random),
  };
}

/** A case number that is new with all but certainty; otherwise the server refuses it. */
export function caseNumber(random: Random): string {
  return `R${random.int(2015, 2026)}-${random.bigint(0n, 9_999_999_999n).toString().padStart(10, '0')}`;
}

function appliedFor(): SqlRow {
  return { relief_status: 'applied', approved_on: null, monthly_amount: null };
}

function amount(random: Random): string | null {
  if (random.chance(0.01)) return null;
  if (random.chance(0.05)) return random.pick(AMOUNT_EXTREMES);
  return `${random.int(100, 4_999)}.${String(random.int(0, 99)).padStart(2, '0')}`;
}
