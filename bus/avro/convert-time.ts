/**
 * Debezium's numbers of days and fractions of a second to SQL text, by whole-number arithmetic
 * only: no zone, no JavaScript Date, no lost microsecond. Years from 0000 to 9999.
 */
import { ValueFault } from './value-fault.ts';

const DAYS_KNOWN_MAX = 50_000;
const PICOS = 1_000_000;
const DAY_SECONDS = 86_400;
/** 0000-03-01 counted from 1970-01-01. */
const ERA_START_DAY = -719_468;
const FIRST_DAY = -719_528;
const LAST_DAY = 2_932_896;

const TWO: readonly string[] = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));
const daysKnown = new Map<number, string>();

/** Days since 1970-01-01 as "YYYY-MM-DD". */
export function dayText(day: number): string {
  const known = daysKnown.get(day);
  if (known !== undefined) return known;
  if (!(day >= FIRST_DAY && day <= LAST_DAY))
    throw new ValueFault('a day outside of years 0 to 9999');
  const text = civil(day);
  if (daysKnown.size >= DAYS_KNOWN_MAX) daysKnown.clear();
  daysKnown.set(day, text);
  return text;
}

/** A count of `perSecond`ths since 1970-01-01 00:00:00 as "YYYY-MM-DD HH:MM:SS[.ffffff]". */
export function dateTimeText(
  count: number | bigint,
  { perSecond, digits }: { readonly perSecond: number; readonly digits: number },
): string {
  const { seconds, micros } = split(count, perSecond);
  const day = Math.floor(seconds / DAY_SECONDS);
  return `${dayText(day)} ${clockText(seconds - day * DAY_SECONDS)}${fractionText(micros, digits)}`;
}

/** A count of `perSecond`ths as "[-]HH:MM:SS[.ffffff]"; hours may exceed 24. */
export function timeText(
  count: number | bigint,
  { perSecond, digits }: { readonly perSecond: number; readonly digits: number },
): string {
  const negative = count < 0;
  const { seconds, micros } = split(negative ? -count : count, perSecond);
  if (seconds >= 3_600_000) throw new ValueFault('a time of 1000 hours or more');
  return `${negative ? '-' : ''}${clockText(seconds)}${fractionText(micros, digits)}`;
}

const ZONED =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):(\d\d))$/;

/** ISO text with a zone as UTC "YYYY-MM-DD HH:MM:SS[.ffffff]". */
export function zonedText(iso: string, digits: number): string {
  const match = ZONED.exec(iso);
  if (!match) throw new ValueFault('a timestamp that is not ISO text with a zone');
  const [, year, month, day, hours, minutes, seconds = '00', fraction = '', sign] = match;
  const micros = Number(fraction.padEnd(9, '0').slice(0, 6));
  const rest = fractionText(micros, digits);
  if (sign === undefined) return `${year}-${month}-${day} ${hours}:${minutes}:${seconds}${rest}`;
  const offset = (Number(match[9]) * 60 + Number(match[10])) * 60 * (sign === '-' ? -1 : 1);
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000;
  const clock = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const utc = local + clock - offset;
  return dateTimeText(utc, { perSecond: 1, digits }).slice(0, 19) + rest;
}

function split(
  count: number | bigint,
  perSecond: number,
): { readonly seconds: number; readonly micros: number } {
  if (typeof count === 'bigint') {
    const per = BigInt(perSecond);
    const rest = ((count % per) + per) % per;
    return { seconds: Number((count - rest) / per), micros: microsOf(Number(rest), perSecond) };
  }
  const seconds = Math.floor(count / perSecond);
  return { seconds, micros: microsOf(count - seconds * perSecond, perSecond) };
}

function microsOf(rest: number, perSecond: number): number {
  return perSecond > PICOS ? Math.floor(rest / (perSecond / PICOS)) : rest * (PICOS / perSecond);
}

/** The declared number of digits; all six where digits beyond it are not zero. */
function fractionText(micros: number, digits: number): string {
  if (digits === 0 && micros === 0) return '';
  const six = micros < 100_000 ? String(micros).padStart(6, '0') : String(micros);
  if (digits === 6) return `.${six}`;
  return /^0*$/.test(six.slice(digits)) ? `.${six.slice(0, digits)}` : `.${six}`;
}

function clockText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const rest = seconds - hours * 3600;
  const minutes = Math.floor(rest / 60);
  return `${TWO[hours] ?? hours}:${TWO[minutes]}:${TWO[rest - minutes * 60]}`;
}

/** Howard Hinnant's civil-from-days: the year starts in March, so the leap day comes last. */
function civil(day: number): string {
  const shifted = day - ERA_START_DAY;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const march = Math.floor((5 * ofYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const date = ofYear - Math.floor((153 * march + 2) / 5) + 1;
  return `${String(year).padStart(4, '0')}-${TWO[month]}-${TWO[date]}`;
}
