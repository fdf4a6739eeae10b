/** Figures as people read them. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "0.4s", "12s", "3m 12s", "2h 05m", "4d 3h"; never negative. */
export function age(ms: number): string {
  const past = Math.max(0, ms);
  if (past < 10 * SECOND_MS) return `${(past / SECOND_MS).toFixed(1)}s`;
  if (past < MINUTE_MS) return `${Math.round(past / SECOND_MS)}s`;
  if (past < HOUR_MS) {
    return `${Math.floor(past / MINUTE_MS)}m ${two(Math.floor((past % MINUTE_MS) / SECOND_MS))}s`;
  }
  if (past < DAY_MS) {
    return `${Math.floor(past / HOUR_MS)}h ${two(Math.floor((past % HOUR_MS) / MINUTE_MS))}m`;
  }
  return `${Math.floor(past / DAY_MS)}d ${Math.floor((past % DAY_MS) / HOUR_MS)}h`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** 18204 -> "18,204" */
export function count(number: number | bigint): string {
  return number.toLocaleString('en-US');
}

/** The first line of a long text, cut to `charsMax`. */
export function firstLine(text: string, charsMax = 100): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1)}…`;
}
