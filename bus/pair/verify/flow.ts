/**
 * Follows what is delivered to one pair from the hub's log to the copy: is everything that was
 * committed at a moment captured, sent, and applied? Reads only: the connector's offset, the
 * gateway's progress and the notes that the kit keeps beside the copy.
 */
import type { Clock } from '../../base/clock.ts';
import type { KafkaAdmin, LogReader, TopicPartition } from '../../kafka/kafka.ts';
import type { SqlSession } from '../../sql/sql.ts';
import { unitFlow, type CaptureWatch, type ReadTo } from '../../verify/flow.ts';
import type { Flow } from '../../verify/settle.ts';
import { GATEWAY } from '../access.ts';
import { emptyProgress, takeRecord, type Place, type Progress } from '../gateway/progress.ts';
import type { CompiledPair } from '../pair.ts';
import { readProgress } from '../subscriber/progress-store.ts';

export type PairFlowPorts = {
  /** Of the hub's log, by the connector that captures the pair's view. */
  readonly capture: CaptureWatch;
  readonly admin: Pick<KafkaAdmin, 'writtenEnds' | 'describeTopics'>;
  readonly reader: LogReader;
  /** The subscriber's database. */
  readonly copy: SqlSession;
  readonly clock: Clock;
  /** Default: the gateway's. */
  readonly progressTopic?: string;
};

/** `halted`: the gateway holds the pair, or the copy stands still; neither ends by waiting. */
export function pairFlow(pair: CompiledPair, ports: PairFlowPorts): Flow {
  const { capture, admin, clock, copy } = ports;
  const gateway = new GatewayWatch(pair, ports);
  const ends = (topic: string) => async () =>
    new Map(
      // Records of open transactions included: what is decided shows some moments later.
      (await admin.writtenEnds([topic])).map(({ partition, offset }) => [partition, offset]),
    );
  const sent = unitFlow({
    capture,
    ends: ends(pair.resource.topic),
    progress: () => gateway.positions(),
    clock,
  });
  const applied = unitFlow({
    capture: CAPTURED,
    ends: ends(pair.topic.name),
    progress: () => copyPositions(copy, pair),
    clock,
  });
  return {
    async untilApplied(limitMs) {
      const deadline = clock.now() + limitMs;
      const answer = await sent.untilApplied(limitMs);
      if (answer !== 'applied') return answer;
      return applied.untilApplied(Math.max(1, deadline - clock.now()));
    },
  };
}

/** What the gateway has written is captured. */
const CAPTURED: CaptureWatch = {
  position: () => Promise.resolve(''),
  state: () => Promise.resolve({ running: true, at: '' }),
  hasReached: () => true,
};

async function copyPositions(
  database: SqlSession,
  { agreement }: CompiledPair,
): Promise<readonly ReadTo[]> {
  const parts = await readProgress(database, agreement.id);
  return parts.map(({ part, next, faultCode }) => ({
    partition: part,
    nextOffset: next,
    haltCode: faultCode,
  }));
}

/** The gateway's progress, read on from where it was read to. */
class GatewayWatch {
  readonly #pair: CompiledPair;
  readonly #ports: PairFlowPorts;
  readonly #topic: string;
  readonly #progress: Progress = emptyProgress();
  readonly #next = new Map<number, bigint>();

  constructor(pair: CompiledPair, ports: PairFlowPorts) {
    this.#pair = pair;
    this.#ports = ports;
    this.#topic = ports.progressTopic ?? GATEWAY.progressTopic;
  }

  /** How far the gateway has read each partition of the view's topic for the pair. */
  async positions(): Promise<readonly ReadTo[]> {
    await this.#readOn();
    const { id, contentHash } = this.#pair.agreement;
    const places = [...this.#progress.places.values()].filter(
      (place) => place.agreement === id && place.contentHash === contentHash,
    );
    return places.map((place) => ({
      partition: place.partition,
      nextOffset: reachedBy(place, this.#progress),
      haltCode: place.mode === 'held' ? 'held' : null,
    }));
  }

  async #readOn(): Promise<void> {
    const { admin, reader } = this.#ports;
    const ends = await admin.writtenEnds([this.#topic]);
    let behind = ends.filter((end) => end.offset > this.#nextOf(end));
    while (behind.length > 0) {
      const asked = behind.map((end) => ({ ...end, offset: this.#nextOf(end) }));
      const ranges = await reader.fetch(asked, { waitMs: 0 });
      let moved = false;
      for (const { partition, records, nextOffset, fault, logStart } of ranges) {
        for (const record of records) takeRecord(this.#progress, record);
        const to = fault === 'out-of-range' ? logStart : nextOffset;
        moved ||= to > (this.#next.get(partition) ?? 0n);
        this.#next.set(partition, to);
      }
      // What stands behind an open transaction is read the next time.
      if (!moved) return;
      behind = behind.filter((end) => end.offset > this.#nextOf(end));
    }
  }

  #nextOf({ partition }: TopicPartition): bigint {
    return this.#next.get(partition) ?? 0n;
  }
}

function reachedBy(place: Place, { main }: Progress): bigint {
  const reached = main.get(`${place.topic}/${place.partition}`) ?? 0n;
  return place.mode === 'attached' && reached > place.next ? reached : place.next;
}
