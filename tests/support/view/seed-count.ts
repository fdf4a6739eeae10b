/** How many seeds a test of chance runs: CIVICBUS_SEEDS, else its own default. */
export function seedCount(usual: number): number {
  const given = process.env['CIVICBUS_SEEDS'];
  if (given === undefined) return usual;
  const count = Number(given);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new Error(`CIVICBUS_SEEDS is "${given}"; expected a whole number from 1 on.`);
  }
  return count;
}
