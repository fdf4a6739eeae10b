/**
 * Which views the gateway may deliver from by now. A view may be applied long after the gateway
 * began: its table and its topic are asked for when a plan first names them, and again while they
 * are not there. Only its pairs wait; nothing is written for them meanwhile.
 */
import type { Clock } from '../../base/clock.ts';
import { BusError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { KafkaAdmin } from '../../kafka/kafka.ts';
import type { CompiledPair } from '../pair.ts';

export interface HubTables {
  /**
   * Makes that the gateway's user may use what `pair` needs of the hub: the table of its resource
   * and, for a daily pair, that of cuts. Throws GATEWAY_VIEW_ABSENT while it is not there.
   */
  open(pair: CompiledPair): Promise<void>;
}

/** How often a view that is not there is asked for. */
export const ASK_AGAIN_MS = 5_000;

export type KnownViewsOptions = {
  /** undefined: the user may read every table. */
  readonly tables: HubTables | undefined;
  readonly admin: Pick<KafkaAdmin, 'describeTopics'>;
  readonly clock: Clock;
  readonly log: Log;
};

type Known = {
  state: 'unknown' | 'asked' | 'there' | 'absent';
  /** While it is absent: when to ask again. */
  againMs: number;
  /** Why it is absent; empty while nobody has found that it is. */
  why: string;
  /** Pairs that wait for it, and when they said so last. */
  readonly waiting: Map<string, number>;
};

/** What is known of the views, for all shards of a process. */
export class KnownViews {
  readonly #options: KnownViewsOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: KnownViewsOptions) {
    this.#options = options;
  }

  /** Whether what `pair` reads is there; where that is not known, it is found out beside. */
  isThere(pair: CompiledPair): boolean {
    const known = this.#of(pair);
    if (known.state === 'there') return true;
    const nowMs = this.#options.clock.now();
    known.waiting.set(pair.agreement.id, nowMs);
    const isDue = known.state === 'absent' && nowMs >= known.againMs;
    if (known.state === 'unknown' || isDue) void this.#ask(pair, known);
    return false;
  }

  /** It was refused although it was there: it is asked for again before its next use. */
  doubt(pair: CompiledPair): void {
    const known = this.#of(pair);
    if (known.state === 'there') known.state = 'unknown';
  }

  /** Agreements of pairs that wait for a view which is known to be absent. */
  waiting(): readonly string[] {
    const since = this.#options.clock.now() - ASK_AGAIN_MS;
    return [...this.#known.values()]
      .filter(({ why }) => why !== '')
      .flatMap(({ waiting }) => [...waiting])
      .flatMap(([agreement, saidAt]) => (saidAt > since ? [agreement] : []));
  }

  #of({ resource: { database, table }, delivery }: CompiledPair): Known {
    const name = `${database}.${table}${delivery.daily ? ' daily' : ''}`;
    const found = this.#known.get(name);
    if (found) return found;
    const known: Known = { state: 'unknown', againMs: 0, why: '', waiting: new Map() };
    this.#known.set(name, known);
    return known;
  }

  /** Never throws: what goes wrong is why the pairs wait. */
  async #ask(pair: CompiledPair, known: Known): Promise<void> {
    const { clock, log } = this.#options;
    const { view, database, table } = pair.resource;
    const facts = { view, table: `${database}.${table}` };
    known.state = 'asked';
    try {
      await this.#require(pair);
      if (known.why !== '') log.info(facts, 'view is there: its pairs go on');
      known.state = 'there';
      known.why = '';
      known.waiting.clear();
    } catch (error) {
      const why = messageOf(error);
      if (why !== known.why) log.warn({ ...facts, error: why }, 'pairs wait for their view');
      known.state = 'absent';
      known.why = why;
      known.againMs = clock.now() + ASK_AGAIN_MS;
    }
  }

  async #require(pair: CompiledPair): Promise<void> {
    const { tables, admin } = this.#options;
    const { view, database, table, topic } = pair.resource;
    await tables?.open(pair);
    const [captured] = await admin.describeTopics([topic]);
    if (captured) return;
    const why = 'it is not captured: its topic is not there';
    throw new BusError('GATEWAY_VIEW_ABSENT', { view, table: `${database}.${table}`, why });
  }
}
