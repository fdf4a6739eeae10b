/**
 * Retrying records that were set aside: each is read again where it stands, decoded by the
 * declaration as it is now, and applied under its old coordinate. Where something newer was
 * applied meanwhile, the guard of the rows drops it, rightly. A letter that is still bad stays,
 * with the reason of today.
 */
import { must } from '../../base/assert.ts';
import { BusError, isBusError } from '../../base/errors.ts';
import { retry } from '../../base/retry.ts';
import { partitionKey, type KafkaAdmin, type KafkaBus, type RawRecord } from '../../kafka/kafka.ts';
import { readRecords } from '../../kafka/read-records.ts';
import type { SqlDatabase } from '../../sql/sql.ts';
import { unitDecoder, type Decoded, type RecordReader } from '../apply/decode.ts';
import { reduceByKey } from '../apply/reduce.ts';
import { writeRows } from '../apply/write.ts';
import { compileView, type UnitPlan } from '../compile/compile.ts';
import {
  noteRetry,
  openLetters,
  type LetterPlace,
  type LetterState,
  type StoredLetter,
} from '../store/dead-letter-store.ts';
import { appendHistory } from '../store/history-store.ts';
import { listOffsets } from '../store/offset-store.ts';
import type { ViewModel } from '../view.ts';

export type RetryPorts = {
  /** The view's database, as an operator or as the consumer's user. */
  readonly database: SqlDatabase;
  readonly admin: KafkaAdmin;
  readonly kafka: KafkaBus;
  readonly readerFor: (plan: UnitPlan) => RecordReader;
};

export type RetryOptions = {
  readonly view: ViewModel;
  /** Names of the units; all of the view when absent. */
  readonly units?: readonly string[];
  /** One letter only. */
  readonly only?: LetterPlace;
  readonly ports: RetryPorts;
  /** Limit of reading one stretch of a partition. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
};

export type Retried = LetterPlace & {
  readonly state: LetterState;
  /** Why it is still bad, or lost. */
  readonly code?: string;
  readonly detail?: string;
};

/** Letters further apart are read one by one rather than with all between them. */
const STRETCH_MAX = 50_000n;
const TRIES_MAX = 10;

/** Retries the open letters and answers what became of each. Throws RETRY_NO_LETTER when `only` names none. */
export async function retryLetters(options: RetryOptions): Promise<Retried[]> {
  const { view, ports, only } = options;
  const plans = compileView(view);
  const units = options.units ?? plans.map(({ unit }) => unit);
  const letters = await openLetters(ports.database, units, only);
  if (only && letters.length === 0) {
    throw new BusError('RETRY_NO_LETTER', { ...only, offset: String(only.offset) });
  }
  const retried: Retried[] = [];
  for (const stretch of stretches(letters)) {
    const [first] = stretch;
    const plan = plans.find(({ unit }) => unit === first?.unit);
    retried.push(...(await retryStretch(must(plan, 'the plan of a unit'), stretch, options)));
  }
  return retried;
}

/** Letters of one partition and generation that stand near each other, in order. */
function stretches(letters: readonly StoredLetter[]): StoredLetter[][] {
  const out: StoredLetter[][] = [];
  for (const letter of letters) {
    const current = out.at(-1);
    const last = current?.at(-1);
    const near =
      last?.unit === letter.unit &&
      last.generation === letter.generation &&
      partitionKey(last) === partitionKey(letter) &&
      letter.offset - last.offset < STRETCH_MAX;
    if (near) current?.push(letter);
    else out.push([letter]);
  }
  return out;
}

async function retryStretch(
  plan: UnitPlan,
  letters: readonly StoredLetter[],
  options: RetryOptions,
): Promise<Retried[]> {
  const { ports } = options;
  const gone = await whyGone(plan, must(letters[0], 'a letter'), ports);
  const records = gone === undefined ? await recordsOf(letters, options) : new Map();
  const reader = ports.readerFor(plan);
  const retried: Retried[] = [];
  for (const letter of letters) {
    const record = records.get(letter.offset);
    const why = gone ?? 'its record is in the log no more';
    const found = record
      ? await applyAgain(plan, letter, { record, reader, ports })
      : { state: 'lost' as const, detail: why };
    if (found.state !== 'resolved') await noteRetry(ports.database, letter, found);
    const { unit, topic, partition, offset } = letter;
    retried.push({ unit, topic, partition, offset, ...found });
  }
  return retried;
}

/** Why no record of this letter's life of the topic can be there; undefined when it can. */
async function whyGone(
  { unit, topic }: UnitPlan,
  { generation }: StoredLetter,
  { database, admin }: RetryPorts,
): Promise<string | undefined> {
  const [state] = await admin.describeTopics([topic]);
  if (!state) return 'its topic does not exist';
  const rows = await listOffsets(database, [unit]);
  const same = rows.some((row) => row.topicId === state.topicId && row.generation === generation);
  return same ? undefined : 'its topic was replaced';
}

/** The records that are still in the log, by offset. */
async function recordsOf(
  letters: readonly StoredLetter[],
  { ports, timeoutMs, signal }: RetryOptions,
): Promise<Map<bigint, RawRecord>> {
  const found = new Map<bigint, RawRecord>();
  const { topic, partition } = must(letters[0], 'a letter');
  const log = (await ports.admin.offsets([topic])).find((one) => one.partition === partition);
  const wanted = letters
    .map(({ offset }) => offset)
    .filter((offset) => log && offset >= log.start && offset < log.end);
  const [first] = wanted;
  const last = wanted.at(-1);
  if (first === undefined || last === undefined) return found;
  const asked = new Set(wanted);
  await readRecords(
    ports.kafka,
    { topic, partition, offset: first },
    {
      record(record) {
        if (asked.has(record.offset)) found.set(record.offset, record);
        return record.offset >= last ? 'enough' : 'more';
      },
      passed: (next) => (next > last ? 'enough' : 'more'),
    },
    { timeoutMs, ...(signal ? { signal } : {}) },
  );
  return found;
}

type Outcome = Pick<Retried, 'state' | 'code' | 'detail'>;

async function applyAgain(
  plan: UnitPlan,
  letter: StoredLetter,
  {
    record,
    reader,
    ports,
  }: { readonly record: RawRecord; readonly reader: RecordReader; readonly ports: RetryPorts },
): Promise<Outcome> {
  await reader.prepare([record]);
  const decoded = unitDecoder(plan, reader)([record], { ...letter, deadInARow: 0 });
  const [bad = decoded.cut] = decoded.deadLetters;
  if (bad) return { state: 'open', code: bad.code, detail: bad.detail };
  try {
    await retry(() => applyOne(plan, letter, { decoded, database: ports.database }), {
      attemptsMax: TRIES_MAX,
    });
    return { state: 'resolved' };
  } catch (error) {
    if (!isBusError(error, 'SQL_BAD_VALUE')) throw error;
    return { state: 'open', code: error.code, detail: error.message };
  }
}

/** Rows, history and the letter's end, together or not at all. */
async function applyOne(
  plan: UnitPlan,
  letter: StoredLetter,
  { decoded, database }: { readonly decoded: Decoded; readonly database: SqlDatabase },
): Promise<void> {
  await database.transaction(async (session) => {
    await writeRows(session, { plan, rows: reduceByKey(decoded.rows) });
    const context = { ...letter, columns: plan.target.valueColumns };
    await appendHistory(session, context, decoded.history);
    await noteRetry(session, letter, { state: 'resolved' });
  });
}
