/**
 * What judging and masking a row costs, without any stack: our compiled predicates beside the CEL
 * library's own evaluation, on the same rows in turns, and each mask by itself. Ours reads a row as
 * an array, as the gateway has it; the library needs an object, which is made beforehand and so
 * costs it nothing. Both must pick the same number of rows.
 */
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Environment } from '@marcbachmann/cel-js';
import type { Mask } from '../../bus/agreement/agreement.ts';
import { compileMask } from '../../bus/agreement/mask/mask.ts';
import { checkPredicate, type PredicateColumn } from '../../bus/agreement/predicate/predicate.ts';
import { must } from '../../bus/base/assert.ts';
import { seededRandom } from '../../bus/base/random.ts';
import type { ColumnType } from '../../bus/change/column-type.ts';
import type { ColumnValue } from '../../bus/change/column-value.ts';
import type { PlainTable } from '../plain-table.ts';
import { type Presented, shownNumber, shownSpread } from '../report.ts';
import { spreadOf, type Spread } from '../statistics.ts';

const ROWS = 4_096;
/** Iterations between two looks at the clock. */
const CHUNK = 50 * ROWS;

const text = (charsMax: number): ColumnType => ({ kind: 'chars', name: 'varchar', charsMax });
const COLUMNS: readonly PredicateColumn[] = [
  { name: 'id_number', type: text(18) },
  { name: 'name', type: text(100) },
  { name: 'division', type: text(12) },
  { name: 'status', type: { kind: 'enum', values: ['a', 'b', 'c', 'd'] } },
  { name: 'floors', type: { kind: 'integer', name: 'int', unsigned: false } },
  { name: 'price', type: { kind: 'decimal', precision: 14, scale: 2 } },
  { name: 'signed_on', type: { kind: 'date' } },
];
const COMMON = "row.division.startsWith('110102') && row.status in ['a','b']";
const PREDICATES = [
  COMMON,
  "row.status == 'a' || row.floors > 20 && row.signed_on >= '2024-01-01'",
  'row.price >= 1500000.50',
];
/** The library knows no decimals; it would compare text. */
const NO_PEER = PREDICATES[2];
const MASKS: readonly { readonly column: string; readonly mask: Mask }[] = [
  { column: 'name', mask: { method: 'partial', keep: 'first', count: 1 } },
  { column: 'division', mask: { method: 'generalise', to: 'prefix', length: 4 } },
  { column: 'signed_on', mask: { method: 'generalise', to: 'month' } },
  { column: 'id_number', mask: { method: 'hmac-sha256', keyScope: 'pair' } },
];

export type PredicateOptions = {
  readonly seed: number;
  readonly rounds: number;
  /** How long each side runs in each round. */
  readonly seconds: number;
  readonly onStep: (what: string) => void;
};

export type PredicateFigures = Presented & {
  /** Both sides picked the same rows. */
  readonly rowsEqual: boolean;
  /** Evaluations a second of the commonest predicate. */
  readonly perSecond: number;
};

type Row = readonly ColumnValue[];
type Measured = {
  readonly cel: string;
  readonly ours: Spread;
  readonly peer?: Spread;
  readonly picked: number;
  readonly equal: boolean;
};

export async function benchPredicate(options: PredicateOptions): Promise<PredicateFigures> {
  const rows = rowsOf(options.seed);
  const measured: Measured[] = [];
  for (const cel of PREDICATES) {
    options.onStep(cel);
    measured.push(await measurePredicate(cel, rows, options));
  }
  const masks: (readonly [string, Spread])[] = [];
  for (const { column, mask } of MASKS) {
    options.onStep(`mask ${maskName(mask)}`);
    masks.push([maskName(mask), await measureMask({ column, mask }, rows, options)]);
  }
  const first = must(measured[0], 'a predicate was measured');
  return {
    what: `${ROWS} rows of ${COLUMNS.length} columns, seed ${options.seed}, ${options.rounds} rounds of ${options.seconds} s a side`,
    tables: [predicateTable(measured), maskTable(masks)],
    sentences: [],
    rowsEqual: measured.every(({ equal }) => equal),
    perSecond: first.ours.median,
  };
}

function predicateTable(measured: readonly Measured[]): PlainTable {
  return {
    columns: ['predicate', 'rows in', 'ours, a second', 'CEL library, a second'],
    rows: measured.map(({ cel, picked, ours, peer }) => [
      cel,
      picked,
      shownSpread(ours),
      peer ? shownSpread(peer) : 'has no decimals',
    ]),
  };
}

function maskTable(masks: readonly (readonly [string, Spread])[]): PlainTable {
  return {
    columns: ['mask', 'values a second', 'µs a value'],
    rows: masks.map(([name, spread]) => [
      name,
      shownSpread(spread),
      shownNumber(1_000_000 / spread.median),
    ]),
  };
}

function maskName(mask: Mask): string {
  return mask.method === 'generalise' ? `${mask.method} to ${mask.to}` : mask.method;
}

async function measurePredicate(
  cel: string,
  rows: readonly Row[],
  { rounds, seconds }: PredicateOptions,
): Promise<Measured> {
  const { predicate } = checkPredicate(cel, COLUMNS);
  const judge = must(predicate, cel).bind(indexOf);
  const theirs = new Environment({ unlistedVariablesAreDyn: true }).parse(cel);
  const objects = rows.map(objectOf);
  const speeds: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
  const withPeer = cel !== NO_PEER;
  for (let round = 0; round < rounds; round++) {
    speeds.ours.push(await speed(rows, judge, seconds));
    if (withPeer)
      speeds.peer.push(await speed(objects, (row) => theirs({ row }) === true, seconds));
  }
  const picked = rows.filter(judge).length;
  const equal = !withPeer || rows.every((row, at) => judge(row) === theirs({ row: objects[at] }));
  const ours = spreadOf(speeds.ours);
  return { cel, ours, ...(withPeer ? { peer: spreadOf(speeds.peer) } : {}), picked, equal };
}

async function measureMask(
  { column, mask }: (typeof MASKS)[number],
  rows: readonly Row[],
  { rounds, seconds }: PredicateOptions,
): Promise<Spread> {
  const at = indexOf(column);
  const masked = compileMask(mask, must(COLUMNS[at], column).type, randomBytes(32));
  const values = rows.map((row) => row[at] ?? null);
  const speeds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    speeds.push(await speed(values, (value) => masked(value) !== null, seconds));
  }
  return spreadOf(speeds);
}

/** Calls a second over all inputs again and again. The count keeps the calls from being left out. */
async function speed<T>(
  inputs: readonly T[],
  call: (input: T) => boolean,
  seconds: number,
): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let calls = 0;
  let held = 0;
  let spentMs = 0;
  do {
    const begin = performance.now();
    for (let done = 0; done < CHUNK; done += inputs.length) {
      for (const input of inputs) if (call(input)) held++;
    }
    spentMs += performance.now() - begin;
    calls += CHUNK;
    await setImmediate();
  } while (performance.now() < until);
  must(held <= calls ? held : undefined, 'no call counts twice');
  return (calls / spentMs) * 1_000;
}

function indexOf(column: string): number {
  return COLUMNS.findIndex(({ name }) => name === column);
}

function objectOf(row: Row): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    // Whole numbers are bigint to the library.
    COLUMNS.map(({ name, type }, at) => [
      name,
      type.kind === 'integer' ? BigInt(Number(row[at])) : row[at],
    ]),
  );
}

function rowsOf(seed: number): Row[] {
  const random = seededRandom(seed);
  const digits = (count: number): string =>
    String(random.int(0, 10 ** count - 1)).padStart(count, '0');
  return Array.from({ length: ROWS }, () => [
    `110102${digits(6)}${digits(6)}`,
    random.pick(['欧阳小明', '王五', '𠮷野家', '李四']),
    `1101${random.pick(['01', '02', '05', '06'])}${digits(6)}`,
    random.pick(['a', 'b', 'c', 'd']),
    random.int(1, 33),
    `${random.int(100_000, 9_999_999)}.${digits(2)}`,
    `20${random.int(10, 25)}-0${random.int(1, 9)}-1${random.int(0, 9)}`,
  ]);
}
