/**
 * The consumer of the port: keeps a session alive. A session that ends for a reason that time
 * can heal (a broker restarts, a topic is created late) is followed by another, with a growing
 * delay and without limit; a refused right or a failed handler ends the consumer.
 */
import { BusError, isBusError, messageOf } from '../../base/errors.ts';
import { systemClock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { retry } from '../../base/retry.ts';
import { protocolNames, toKafkaError } from '../client-errors.ts';
import type { BusConsumer, ConsumerOptions, TopicPartition } from '../kafka.ts';
import type { KafkaSettings } from '../settings.ts';
import { describeTopics } from '../wire/topics.ts';
import { createWire, groupCoordinator, type Wire } from '../wire/wire.ts';
import { Session, type SessionEnd } from './session.ts';

const REBUILD = {
  delayMsFirst: 50,
  delayMsMax: 1_000,
  /** A session that lived as long as this begins the growing delay anew. */
  steadyAfterMs: 2_000,
  /** While a broker is down for long, one line in so many says so. */
  warnEvery: 20,
} as const;
const ABSENT_TOPIC_CHECK_MS = 2_000;
/** A denial is believed when it is repeated: a broker that starts may deny before it knows better. */
const DENIALS_MAX = 3;

export function createConsumer(settings: KafkaSettings, options: ConsumerOptions): BusConsumer {
  return new KeptConsumer(settings, options);
}

class KeptConsumer implements BusConsumer {
  readonly #settings: KafkaSettings;
  readonly #options: ConsumerOptions;
  readonly #log: Log;
  readonly #wire: Wire;
  readonly #closing = new AbortController();
  readonly #ended = Promise.withResolvers<Error | undefined>();
  readonly #firstJoin = Promise.withResolvers<void>();
  #session: Session | undefined;
  #started = false;
  #everJoined = false;
  #denials = 0;
  #rebuilds = 0;

  constructor(settings: KafkaSettings, options: ConsumerOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#log = settings.log.child({ group: options.group });
    this.#wire = createWire(settings);
  }

  get ended(): Promise<Error | undefined> {
    return this.#ended.promise;
  }

  async start(): Promise<void> {
    if (!this.#started) void this.#keepAlive();
    this.#started = true;
    const early = this.#ended.promise.then((error) => {
      if (error !== undefined) throw error;
    });
    await Promise.race([this.#firstJoin.promise, early]);
  }

  async reclaim(partition: TopicPartition): Promise<void> {
    await this.#session?.reclaim(partition);
  }

  mirrorOffset(position: TopicPartition & { readonly nextOffset: bigint }): void {
    this.#session?.mirror(position);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#session?.close();
    if (this.#started) await this.#ended.promise;
    else this.#ended.resolve(undefined);
    await this.#wire.close();
  }

  async #keepAlive(): Promise<void> {
    let failure: Error | undefined;
    while (!this.#closing.signal.aborted && failure === undefined) {
      const openedAt = Date.now();
      const end = await this.#oneSession();
      if (Date.now() - openedAt > REBUILD.steadyAfterMs) this.#steady();
      failure = await this.#judge(end);
    }
    this.#ended.resolve(failure);
    if (failure !== undefined) await this.#wire.close();
  }

  #steady(): void {
    this.#rebuilds = 0;
    this.#denials = 0;
  }

  /** One session over the topics that exist, until it ends or an absent topic appears. */
  async #oneSession(): Promise<SessionEnd> {
    const over = new AbortController();
    try {
      const present = await this.#presentTopics();
      if (present.length === 0) throw this.#allAbsent();
      const absent = this.#options.topics.filter((topic) => !present.includes(topic));
      const session = new Session(this.#settings, this.#options);
      this.#session = session;
      void session.joined.then(() => {
        this.#everJoined = true;
        this.#firstJoin.resolve();
      });
      if (this.#closing.signal.aborted) await session.close();
      else void session.open(present);
      const appeared = this.#appeared(absent, over.signal);
      const end = await Promise.race([session.ended, appeared]);
      // After a crash the client has let go already; waiting for it again would only delay the next.
      const closed = session.close();
      if (end.kind === 'closed') await closed;
      return end;
    } catch (error) {
      return { kind: 'crashed', error };
    } finally {
      over.abort();
      this.#session = undefined;
    }
  }

  async #presentTopics(): Promise<readonly string[]> {
    const states = await describeTopics(this.#wire, this.#options.topics);
    return states.map(({ name }) => name);
  }

  /** Ends the session when one of the `absent` topics was created; waits for ever where none is absent. */
  async #appeared(absent: readonly string[], signal: AbortSignal): Promise<SessionEnd> {
    if (absent.length > 0) this.#log.warn({ topics: absent }, 'topics to read are absent');
    while (absent.length > 0 && !signal.aborted) {
      await systemClock.sleep(ABSENT_TOPIC_CHECK_MS, signal).catch(() => undefined);
      const found = await describeTopics(this.#wire, absent).catch(() => []);
      if (found.length > 0) return { kind: 'closed' };
    }
    return Promise.withResolvers<SessionEnd>().promise;
  }

  #allAbsent(): BusError {
    return new BusError('KAFKA_TOPIC_ABSENT', {
      what: `reading ${this.#options.topics.join(', ')}`,
    });
  }

  /** The error that ends the consumer, or undefined after the pause that precedes the next session. */
  async #judge(end: SessionEnd): Promise<Error | undefined> {
    if (this.#closing.signal.aborted || end.kind === 'closed') return undefined;
    if (end.kind === 'handler-failed') return toError(end.error);
    const error = await this.#explain(end.error);
    if (isBusError(error, 'KAFKA_TOPIC_ABSENT') && !this.#everJoined) return error;
    if (isBusError(error, 'KAFKA_NOT_AUTHORIZED', 'KAFKA_NOT_AUTHENTICATED')) {
      if (++this.#denials >= DENIALS_MAX) return error;
    } else if (isBusError(error, 'KAFKA_REFUSED') && protocolNames(error).length > 0) {
      return error;
    }
    await this.#pauseBeforeRebuild(error);
    return undefined;
  }

  async #pauseBeforeRebuild(error: Error): Promise<void> {
    const delayMs = Math.min(REBUILD.delayMsMax, REBUILD.delayMsFirst * 2 ** this.#rebuilds);
    const level = this.#rebuilds++ % REBUILD.warnEvery === 0 ? 'warn' : 'debug';
    const line = { error: messageOf(error), delayMs, attempt: this.#rebuilds };
    this.#log[level](line, 'consumer interrupted; joining again');
    await systemClock.sleep(delayMs, this.#closing.signal).catch(() => undefined);
  }

  /** kafkajs calls a denied group "coordinator not found": the broker itself is asked. */
  async #explain(error: unknown): Promise<Error> {
    const mapped = toKafkaError(error, `read as group ${this.#options.group}`);
    if (!isBusError(mapped, 'KAFKA_UNREACHABLE', 'KAFKA_REFUSED')) return mapped;
    try {
      await retry(() => groupCoordinator(this.#wire, this.#options.group), { attemptsMax: 1 });
      return mapped;
    } catch (denial) {
      const told = toKafkaError(denial, `read as group ${this.#options.group}`);
      return isBusError(told, 'KAFKA_NOT_AUTHORIZED', 'KAFKA_NOT_AUTHENTICATED') ? told : mapped;
    }
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
