/** Calendar dates as text: YYYY-MM-DD, no zone, no Date object beyond this file. */
const DAY_MS = 86_400_000;

/** The date `days` after `start`. */
export function addDays(start: string, days: number): string {
  return new Date(Date.parse(`${start}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
