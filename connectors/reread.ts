/**
 * Reading a table again, to its certain end: asks by signal, asks again while nobody answers (a
 * capture that restarts just then forgets what it read), and follows the notices until everything
 * asked for is in the log. Capture stands still meanwhile and catches up afterwards. Never changes
 * the department's database.
 */
import { must } from '../bus/base/assert.ts';
import { type Clock, systemClock } from '../bus/base/clock.ts';
import { BusError } from '../bus/base/errors.ts';
import type { Log } from '../bus/base/log.ts';
import type { BusProducer, KafkaAdmin, KafkaBus, RawRecord } from '../bus/kafka/kafka.ts';
import { readRecords } from '../bus/kafka/read-records.ts';
import type { Reread, RereadRequest } from '../bus/view/sweep/reread.ts';
import { sourceNames } from './names.ts';
import { followTable, type Notice, noticeReader, type RereadState } from './notices.ts';
import { sendSignal, type Signal, snapshotSignal } from './signal.ts';
import { type Source, tableSpaceOf } from './source.ts';

export type RereadPorts = {
  readonly kafka: KafkaBus;
  readonly admin: KafkaAdmin;
  /** The parsed Avro schema of an id. */
  readonly fetchSchema: (schemaId: number) => Promise<unknown>;
  /** The declaration of a source by its name. */
  readonly source: (name: string) => Promise<Source>;
  readonly log: Log;
  readonly clock?: Clock;
};

/** Waits before a signal is sent again: capture looks every few seconds, a start takes longer. */
const RESEND = { firstMs: 15_000, maxMs: 120_000 } as const;
/** Requests that failed in themselves are made anew so often. */
const ATTEMPTS_MAX = 3;
const SILENCE_CHECK_MS = 250;

export function createReread(ports: RereadPorts): Reread {
  return {
    begin: (source) => noticesEnd(ports.admin, source),
    read: (request) => readAgain(ports, request),
  };
}

async function noticesEnd(admin: KafkaAdmin, source: string): Promise<bigint> {
  const [only] = await admin.offsets([sourceNames(source).notificationTopic]);
  return must(only, 'a notification topic has one partition').end;
}

async function readAgain(ports: RereadPorts, request: RereadRequest): Promise<void> {
  const source = await ports.source(request.source);
  const attempt = new Attempt(source, request);
  const end = await noticesEnd(ports.admin, source.name);
  const read = noticeReader(ports.fetchSchema);
  const over = new AbortController();
  const knowing = Promise.withResolvers<void>();
  if (request.since >= end) knowing.resolve();
  const producer = await ports.kafka.producer();
  const asking = askUntilDone(ports, {
    attempt,
    producer,
    knowing: knowing.promise,
    over: over.signal,
  });
  try {
    const reading = readRecords(
      ports.kafka,
      { topic: sourceNames(source.name).notificationTopic, partition: 0, offset: request.since },
      {
        async record({ value }: RawRecord) {
          if (value !== null) attempt.see(await read(value));
          return attempt.state.kind === 'done' ? 'enough' : 'more';
        },
        passed(next) {
          if (next >= end) knowing.resolve();
          return 'more';
        },
      },
      request,
    );
    await Promise.race([reading, asking]);
  } finally {
    over.abort();
    await asking.catch(() => undefined);
    await producer.close();
  }
}

/** The request as it stands; after a failure it is made anew. */
class Attempt {
  readonly #source: Source;
  readonly #request: RereadRequest;
  #failures = 0;
  #followed: ReturnType<typeof followTable>;
  /** Grows with every notice: while it grows, nothing was forgotten. */
  noticed = 0;

  constructor(source: Source, request: RereadRequest) {
    this.#source = source;
    this.#request = request;
    this.#followed = this.#follow();
  }

  get state(): RereadState {
    return this.#followed.state();
  }

  get failures(): number {
    return this.#failures;
  }

  see(notice: Notice): void {
    this.noticed++;
    this.#followed.see(notice);
    const { state } = this;
    if (state.kind !== 'failed') return;
    if (++this.#failures >= ATTEMPTS_MAX) {
      const { source, table } = this.#request;
      throw new BusError('SWEEP_REREAD_FAILED', { source, table, why: state.why });
    }
    this.#followed = this.#follow();
  }

  signal(): Signal {
    const { id, table } = this.#request;
    return snapshotSignal(this.#source, { id, tables: [table] });
  }

  #follow(): ReturnType<typeof followTable> {
    return followTable(`${tableSpaceOf(this.#source)}.${this.#request.table}`);
  }
}

type Asking = {
  readonly attempt: Attempt;
  readonly producer: BusProducer;
  /** Resolves when all older notices were read. */
  readonly knowing: Promise<void>;
  readonly over: AbortSignal;
};

/** Sends the signal once it is known to be unanswered, after a failure, and after each long silence. */
async function askUntilDone(ports: RereadPorts, asking: Asking): Promise<void> {
  const { attempt, producer, knowing, over } = asking;
  await Promise.race([knowing, once(over)]);
  let silenceMs: number = RESEND.firstMs;
  while (!over.aborted) {
    ports.log.debug({ failures: attempt.failures, silenceMs }, 'table asked for');
    await sendSignal(producer, attempt.signal());
    await silence(ports, asking, silenceMs);
    silenceMs = Math.min(RESEND.maxMs, silenceMs * 2);
  }
}

/** Resolves when nothing was heard for so long, or the request failed, or it is over. */
async function silence(
  { clock = systemClock }: RereadPorts,
  { attempt, over }: Asking,
  silenceMs: number,
): Promise<void> {
  const { failures } = attempt;
  let heard = attempt.noticed;
  let heardAt = clock.now();
  const limitMs = () => (attempt.state.kind === 'under-way' ? RESEND.maxMs : silenceMs);
  while (clock.now() - heardAt < limitMs() && attempt.failures === failures && !over.aborted) {
    await clock.sleep(SILENCE_CHECK_MS, over).catch(() => undefined);
    if (attempt.noticed === heard) continue;
    heard = attempt.noticed;
    heardAt = clock.now();
  }
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
