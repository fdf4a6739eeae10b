/**
 * The gateway's own progress, as records of the compacted topic `gateway.progress`. Partition k of
 * it belongs to shard k: its owner alone moves `main` there. A pair's place is written by its
 * shard, and once per whole copy by the copy's writer, under a key of its own generation, so that
 * neither overwrites the other.
 */
import { GATEWAY } from '../access.ts';
import { partitionKey, type RawRecord, type TopicPartition } from '../../kafka/kafka.ts';

export const PROGRESS_TOPIC = GATEWAY.progressTopic;

/** A place in the hub's transaction order, and in its binary log for rows that a snapshot read. */
export type Floor = {
  /** GTID sequence. */
  readonly sequence: bigint;
  readonly file: string;
  readonly pos: number;
};

/** attached: read with main · lane: reads by itself from `next` · held: stands at `next`. */
export type PlaceMode = 'attached' | 'lane' | 'held';

export type Place = TopicPartition & {
  readonly agreement: string;
  readonly generation: number;
  /** Hash of the agreement's content ("$1$…"); another version has no part in this place. */
  readonly contentHash: string;
  readonly mode: PlaceMode;
  /** Where the pair reads on; of an attached one the place at which it was attached. */
  readonly next: bigint;
  /** Hub transactions up to here are in the copy already. */
  readonly floor: Floor;
};

export type CopyState = {
  readonly agreement: string;
  /** The request (`LeasedPair.request`) that it answers, and of which version. */
  readonly request: number;
  readonly contentHash: string;
  readonly generation: number;
  readonly state: 'running' | 'done';
};

export type Progress = {
  /** By partitionKey. */
  readonly main: Map<string, bigint>;
  /** By agreement and partitionKey: that of the highest generation. */
  readonly places: Map<string, Place>;
  readonly copies: Map<string, CopyState>;
  /** Hashes of agreements whose end was written. */
  readonly ended: Map<string, string>;
  /** Further notes by name, such as the last manifest of a daily pair. */
  readonly notes: Map<string, string>;
};

export type ProgressEntry =
  | { readonly kind: 'main'; readonly at: TopicPartition; readonly next: bigint }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'copy'; readonly copy: CopyState }
  | { readonly kind: 'ended'; readonly agreement: string; readonly contentHash: string }
  | { readonly kind: 'note'; readonly name: string; readonly text: string };

export function emptyProgress(): Progress {
  return {
    main: new Map(),
    places: new Map(),
    copies: new Map(),
    ended: new Map(),
    notes: new Map(),
  };
}

export function placeKey(agreement: string, at: TopicPartition): string {
  return `${agreement} ${partitionKey(at)}`;
}

/** Key and value of an entry's record. */
export function progressRecord(entry: ProgressEntry): {
  readonly key: string;
  readonly value: string;
} {
  switch (entry.kind) {
    case 'main':
      return {
        key: `main|${partitionKey(entry.at)}`,
        value: jsonText({ ...place(entry.at), next: entry.next }),
      };
    case 'place': {
      const { agreement, generation } = entry.place;
      return {
        key: `place|${agreement}|${generation}|${partitionKey(entry.place)}`,
        value: jsonText(entry.place),
      };
    }
    case 'copy':
      return { key: `copy|${entry.copy.agreement}`, value: jsonText(entry.copy) };
    case 'ended':
      return {
        key: `ended|${entry.agreement}`,
        value: jsonText({ contentHash: entry.contentHash }),
      };
    default:
      return { key: `note|${entry.name}`, value: jsonText({ text: entry.text }) };
  }
}

/** Takes a record in; entries of other shards' keys do no harm. */
export function takeRecord(
  progress: Progress,
  { key, value }: Pick<RawRecord, 'key' | 'value'>,
): void {
  if (key === null || value === null) return;
  const name = key.toString();
  const kind = name.slice(0, name.indexOf('|'));
  const rest = name.slice(kind.length + 1);
  // Written by this module alone, and readable by nobody else.
  const raw = JSON.parse(value.toString()) as Stored;
  if (kind === 'main') {
    takeEntry(progress, { kind, at: place(raw), next: BigInt(raw.next) });
  } else if (kind === 'place') {
    takeEntry(progress, { kind, place: placeOf(raw) });
  } else if (kind === 'copy') {
    takeEntry(progress, { kind, copy: raw });
  } else if (kind === 'ended') {
    takeEntry(progress, { kind, agreement: rest, contentHash: raw.contentHash });
  } else if (kind === 'note') {
    takeEntry(progress, { kind, name: rest, text: raw.text });
  }
}

/** The fields of all kinds of values; which of them are there, the key says. */
type Stored = Place & CopyState & { readonly text: string };

/** As `takeRecord`, of an entry that was just committed. */
export function takeEntry(progress: Progress, entry: ProgressEntry): void {
  switch (entry.kind) {
    case 'main':
      progress.main.set(partitionKey(entry.at), entry.next);
      return;
    case 'place': {
      const key = placeKey(entry.place.agreement, entry.place);
      const known = progress.places.get(key);
      if (!known || known.generation <= entry.place.generation)
        progress.places.set(key, entry.place);
      return;
    }
    case 'copy':
      progress.copies.set(entry.copy.agreement, entry.copy);
      return;
    case 'ended':
      progress.ended.set(entry.agreement, entry.contentHash);
      return;
    default:
      progress.notes.set(entry.name, entry.text);
  }
}

/**
 * As `takeRecord`, while the shard runs: only what another process may have written, a place of a
 * generation that is new here. Of its own entries the memory knows more than the log's tail.
 */
export function takeForeign(progress: Progress, record: Pick<RawRecord, 'key' | 'value'>): void {
  const read = emptyProgress();
  takeRecord(read, record);
  for (const [key, found] of read.places) {
    const known = progress.places.get(key);
    if (!known || known.generation < found.generation) progress.places.set(key, found);
  }
}

function place({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}

function placeOf(raw: Place): Place {
  return { ...raw, next: BigInt(raw.next), floor: readFloor(raw.floor) };
}

/** A floor as `jsonText` wrote it. */
export function readFloor(floor: Floor): Floor {
  return { ...floor, sequence: BigInt(floor.sequence) };
}

/** JSON with its big integers as text. */
export function jsonText(value: object): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
}
