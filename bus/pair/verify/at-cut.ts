/**
 * The hub as it was at a cut, for copies of daily pairs: its rows of now, in which every key that
 * was changed since has the image from before its first change after the cut. Those images stand in
 * the view's topic as long as it keeps them; where it no longer does, that is said.
 */
import type { Clock } from '../../base/clock.ts';
import { BusError } from '../../base/errors.ts';
import type { RowImage } from '../../change/envelope.ts';
import type { SourcePosition } from '../../change/position.ts';
import {
  partitionKey,
  type FetchedRange,
  type KafkaAdmin,
  type LogReader,
  type PartitionOffsets,
  type RecordPosition,
} from '../../kafka/kafka.ts';
import { readOn, type ReadPlaces } from '../../kafka/read-on.ts';
import { topicColumns, type Column } from '../gateway/bound-pair.ts';
import { changeReader, type ChangeReader } from '../gateway/changes.ts';
import type { HubMoments, LogPlace } from '../gateway/hub-moment.ts';
import type { CompiledPair } from '../pair.ts';
import type { CopyCut } from './copy-cut.ts';

const PROBE_BYTES = 64 * 1024;
/** Sequence of rows that a snapshot read. */
const NOT_A_CHANGE = 0n;

export type CutPorts = {
  readonly admin: Pick<KafkaAdmin, 'offsets' | 'topicConfigs'>;
  readonly reader: LogReader;
  readonly fetchSchema: (id: number) => Promise<unknown>;
  /** See hub-moment.ts. */
  readonly sequenceAt: (place: LogPlace) => Promise<bigint>;
  readonly clock: Clock;
};

/** Every look is at the hub as of `cut`, exactly for what capture had read when it began. Throws PAIR_CUT_GONE. */
export function momentsAtCut(
  moments: HubMoments,
  pair: CompiledPair,
  { cut, ports }: { readonly cut: CopyCut; readonly ports: CutPorts },
): HubMoments {
  const columns = topicColumns([pair]);
  const keyOf = keyReader(pair, columns);
  const since = new ChangesSince(pair, { columns, keyOf, cut, ports });
  return {
    async look(work) {
      const before = await since.readOn();
      return moments.look((moment) =>
        work({
          floor: moment.floor,
          async *pages(resource, asked) {
            for await (const page of moment.pages(resource, asked))
              yield page.filter((image) => !before.has(keyOf(image)));
            yield [...before.values()].filter((image) => image !== null);
          },
        }),
      );
    },
  };
}

type KeyOf = (image: RowImage) => string;

function keyReader({ resource }: CompiledPair, columns: readonly Column[]): KeyOf {
  const places = resource.key.map(({ name }) => columns.findIndex((one) => one.name === name));
  return (image) => JSON.stringify(places.map((at) => String(image[at])));
}

/** Keys changed after a cut, each with its row as it was at the cut; null where it was not there. */
class ChangesSince {
  readonly #pair: CompiledPair;
  readonly #cut: CopyCut;
  readonly #ports: CutPorts;
  readonly #keyOf: KeyOf;
  readonly #changes: ChangeReader;
  readonly #before = new Map<string, RowImage | null>();
  /** Places of snapshots that were taken before the cut. */
  readonly #readAt = new Set<string>();
  #places: ReadPlaces | undefined;

  constructor(
    pair: CompiledPair,
    {
      columns,
      keyOf,
      cut,
      ports,
    }: {
      readonly columns: readonly Column[];
      readonly keyOf: KeyOf;
      readonly cut: CopyCut;
      readonly ports: CutPorts;
    },
  ) {
    this.#pair = pair;
    this.#cut = cut;
    this.#ports = ports;
    this.#keyOf = keyOf;
    this.#changes = changeReader(columns, pair.resource.key, ports.fetchSchema);
  }

  async readOn(): Promise<ReadonlyMap<string, RowImage | null>> {
    const partitions = await this.#ports.admin.offsets([this.#pair.resource.topic]);
    this.#places ??= await this.#findCut(partitions);
    await readOn(this.#ports.reader, this.#places, {
      ends: partitions.map(({ topic, partition, end }) => ({ topic, partition, offset: end })),
      take: (range) => this.#take(range),
    });
    return this.#before;
  }

  async #take(range: FetchedRange): Promise<void> {
    this.#requireWhole(range);
    await this.#changes.prepare(range.records);
    for (const record of range.records) {
      const change = this.#changes.read(record);
      if (!change) continue;
      if (change.sequence === NOT_A_CHANGE) await this.#requireReadBefore(change.position);
      if (change.sequence <= this.#cut.version) continue;
      if (change.truncates) throw this.#gone('its table was emptied as a whole');
      const { before, after } = change;
      const image = before ?? after;
      const key = image && this.#keyOf(image);
      if (key !== null && !this.#before.has(key)) this.#before.set(key, before);
    }
  }

  /**
   * A place in each partition with nothing after the cut before it. The log is in the hub's order;
   * where capture began again it repeats itself, and then every repeated change follows once more.
   */
  async #findCut(partitions: readonly PartitionOffsets[]): Promise<ReadPlaces> {
    const places: ReadPlaces = new Map();
    const isKept = await this.#isKept();
    for (const { start, end, ...partition } of partitions) {
      let [low, high] = [start, end];
      while (low < high) {
        const middle = (low + high) / 2n;
        const isAfter = await this.#isAfterCut({ ...partition, offset: middle }, high);
        if (isAfter) high = middle;
        else low = middle + 1n;
      }
      if (low === start && start > 0n && !isKept)
        throw this.#gone('the log no longer reaches back to the cut');
      places.set(partitionKey(partition), low);
    }
    return places;
  }

  /** Whether the first change from `offset` on, if any stands before `end`, is one after the cut. */
  async #isAfterCut(from: RecordPosition, end: bigint): Promise<boolean> {
    let { offset } = from;
    while (offset < end) {
      const [range] = await this.#ports.reader.fetch([{ ...from, offset }], {
        waitMs: 0,
        bytesMax: PROBE_BYTES,
      });
      if (!range) break;
      this.#requireWhole(range);
      await this.#changes.prepare(range.records);
      for (const record of range.records) {
        if (record.offset >= end) return true;
        const sequence = this.#changes.read(record)?.sequence ?? NOT_A_CHANGE;
        if (sequence !== NOT_A_CHANGE) return sequence > this.#cut.version;
      }
      if (range.nextOffset <= offset) break;
      offset = range.nextOffset;
    }
    return true;
  }

  /** Whether the topic keeps everything since the cut by its settings, even where it is empty by now. */
  async #isKept(): Promise<boolean> {
    const { admin, clock } = this.#ports;
    const { topic } = this.#pair.resource;
    const keptMs = Number((await admin.topicConfigs([topic])).get(topic)?.['retention.ms'] ?? 0);
    const { atMs } = this.#cut;
    return keptMs < 0 || (atMs !== undefined && clock.now() - atMs < keptMs);
  }

  /** Rows that a snapshot read after the cut may hide changes that nobody has written down. */
  async #requireReadBefore(position: SourcePosition): Promise<void> {
    const place = position.kind === 'binlog' ? position : undefined;
    const name = `${place?.file}:${place?.pos}`;
    if (this.#readAt.has(name)) return;
    if (!place || (await this.#ports.sequenceAt(place)) > this.#cut.version)
      throw this.#gone('its table was read as a whole since then');
    this.#readAt.add(name);
  }

  #requireWhole({ fault, missing }: FetchedRange): void {
    if (fault !== undefined) throw this.#gone(`its topic cannot be read: ${fault}`);
    if (missing !== undefined) throw this.#gone('the log has holes');
  }

  #gone(why: string): BusError {
    return new BusError('PAIR_CUT_GONE', { pair: this.#pair.agreement.name, why });
  }
}
