/** The gateway's progress as others may look at it: how far it is for each pair, and which copies it wrote. */
import type { KafkaAdmin, LogReader } from '../../kafka/kafka.ts';
import { readOn, type ReadPlaces } from '../../kafka/read-on.ts';
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
  readonly #places: ReadPlaces = new Map();

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
    await readOn(reader, this.#places, {
      ends: await admin.writtenEnds([this.#topic]),
      take: ({ records }) => {
        for (const record of records) takeRecord(this.#progress, record);
      },
    });
  }
}

function reachedBy(place: Place, { main }: Progress): bigint {
  const reached = main.get(`${place.topic}/${place.partition}`) ?? 0n;
  return place.mode === 'attached' && reached > place.next ? reached : place.next;
}
