/** The gateway's progress as others may look at it: how far it is for each pair, and which copies it wrote. */
import type { KafkaAdmin, LogReader, TopicPartition } from '../../kafka/kafka.ts';
import type { ReadTo } from '../../verify/flow.ts';
import { GATEWAY } from '../access.ts';
import {
  emptyProgress,
  takeRecord,
  type CopyState,
  type Place,
  type Progress,
} from '../gateway/progress.ts';
import type { CompiledPair } from '../pair.ts';

export type GatewayWatchPorts = {
  readonly admin: Pick<KafkaAdmin, 'writtenEnds'>;
  readonly reader: LogReader;
  /** Default: the gateway's. */
  readonly progressTopic?: string;
};

/** The gateway's progress, read on from where it was read to. */
export class GatewayWatch {
  readonly #ports: GatewayWatchPorts;
  readonly #topic: string;
  readonly #progress: Progress = emptyProgress();
  readonly #next = new Map<number, bigint>();

  constructor(ports: GatewayWatchPorts) {
    this.#ports = ports;
    this.#topic = ports.progressTopic ?? GATEWAY.progressTopic;
  }

  /** How far the gateway has read each partition of the view's topic for the pair. */
  async positions({ agreement }: CompiledPair): Promise<readonly ReadTo[]> {
    await this.#readOn();
    const { id, contentHash } = agreement;
    const places = [...this.#progress.places.values()].filter(
      (place) => place.agreement === id && place.contentHash === contentHash,
    );
    return places.map((place) => ({
      partition: place.partition,
      nextOffset: reachedBy(place, this.#progress),
      haltCode: place.mode === 'held' ? 'held' : null,
    }));
  }

  /** The newest whole copy that it began for an agreement; undefined before the first. */
  async copyOf(agreementId: string): Promise<CopyState | undefined> {
    await this.#readOn();
    return this.#progress.copies.get(agreementId);
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
