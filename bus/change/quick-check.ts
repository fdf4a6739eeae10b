/**
 * Dates, moments and decimals in SQL text, judged digit by digit: these run for every value of every row,
 * where a regular expression with groups costs more than reading the row.
 */
const ZERO = 48;
const MONTH_DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether `text` begins with a day from 1000-01-01 to 9999-12-31 that exists, in ten characters. */
export function beginsWithDay(text: string): boolean {
  if (text.length < 10 || text[4] !== '-' || text[7] !== '-') return false;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (!(year >= 1000) || !(month >= 1 && month <= 12)) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (MONTH_DAYS[month] ?? 0) + (leap ? 1 : 0);
}

/** Whether `text` is "YYYY-MM-DD HH:MM:SS" with at most `digitsMax` digits of a second. */
export function isDayTime(text: string, digitsMax: number): boolean {
  if (!beginsWithDay(text) || text[10] !== ' ' || text[13] !== ':' || text[16] !== ':')
    return false;
  const clock = digits(text, 11, 13) < 24 && digits(text, 14, 16) < 60 && digits(text, 17, 19) < 60;
  if (!clock || text.length === 19) return clock;
  const count = text.length - 20;
  return text[19] === '.' && count >= 1 && count <= digitsMax && digits(text, 20, text.length) >= 0;
}

/** Whether `text` is a decimal number with at most `scale` of `precision` digits after the point. */
export function isDecimal(
  text: string,
  { precision, scale }: { readonly precision: number; readonly scale: number },
): boolean {
  const wholeMax = precision - scale;
  const from = text[0] === '-' ? 1 : 0;
  const point = text.indexOf('.');
  const end = point < 0 ? text.length : point;
  if (end - from < 1 || end - from > Math.max(1, wholeMax) || !(digits(text, from, end) >= 0)) {
    return false;
  }
  // "0.5" is how decimal(2,2) is written: its only digit before the point must be a zero.
  if (wholeMax === 0 && text[from] !== '0') return false;
  const fraction = text.length - end - 1;
  if (point < 0) return true;
  return fraction >= 1 && fraction <= scale && digits(text, end + 1, text.length) >= 0;
}

/** The number in text[from, to); NaN where that is not all digits or is not there. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
