/**
 * What a capture says of the snapshots it was asked for, read from its notification topic. The
 * notices stand in line with the rows: when one is committed, so is every row sent before it. That
 * a source's very first copy begins is not said: no position is known then (infra/native/java/).
 */
import avsc from 'avsc';
import { parseFrame } from '../bus/avro/wire.ts';

export type Notice = {
  readonly about: string;
  /** STARTED, IN_PROGRESS, TABLE_SCAN_COMPLETED, COMPLETED, ABORTED, … */
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
};

/** First copies and those that hold the stream; incremental ones are not asked for. */
export const SNAPSHOT = 'Initial Snapshot';

export type NoticeReader = (value: Buffer) => Promise<Notice>;

/** Reads notices; writer schemas are fetched once each. */
export function noticeReader(fetchSchema: (id: number) => Promise<unknown>): NoticeReader {
  const types = new Map<number, avsc.Type>();
  return async (value) => {
    const { schemaId, body } = parseFrame(value);
    let type = types.get(schemaId);
    if (!type) {
      type = avsc.Type.forSchema((await fetchSchema(schemaId)) as avsc.Schema);
      types.set(schemaId, type);
    }
    const read = type.fromBuffer(body) as Readonly<Record<string, unknown>>;
    return {
      about: String(read['aggregate_type']),
      type: String(read['type']),
      data: { ...(read['additional_data'] as Readonly<Record<string, string>> | null) },
    };
  };
}

/** How far the reading of one table is, seen from the notices after a certain place. */
export type RereadState =
  | { readonly kind: 'unseen' }
  | { readonly kind: 'under-way' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string };

/** Scans that read what there was; any other end of a scan read nothing or only a part. */
const GOOD_SCANS: ReadonlySet<string> = new Set(['SUCCEEDED', 'EMPTY']);

/**
 * Follows the reading of one whole table. Notices of a snapshot do not name the signal that asked
 * for it; as every request is for whole tables, any snapshot that began after this place and
 * scanned the table to its end is as good as ours.
 */
export function followTable(collection: string): {
  readonly state: () => RereadState;
  readonly see: (notice: Notice) => void;
} {
  let state: RereadState = { kind: 'unseen' };
  let scanned = false;
  return {
    state: () => state,
    see({ about, type, data }) {
      if (about !== SNAPSHOT || state.kind === 'done') return;
      if (type === 'STARTED') {
        state = { kind: 'under-way' };
        scanned = false;
      }
      // What began before this place may have read before it.
      if (state.kind !== 'under-way') return;
      const { status = '', scanned_collection: table } = data;
      if (type === 'TABLE_SCAN_COMPLETED' && isSame(table, collection)) {
        scanned = GOOD_SCANS.has(status);
        if (!scanned) state = { kind: 'failed', why: `the scan ended with ${status}` };
      } else if (type === 'ABORTED') state = { kind: 'failed', why: 'it was stopped' };
      else if (type === 'COMPLETED') state = scanned ? { kind: 'done' } : { kind: 'unseen' };
    },
  };
}

/** PostgreSQL's connector may put the database before schema and table. */
function isSame(scanned: string | undefined, collection: string): boolean {
  return scanned === collection || (scanned?.endsWith(`.${collection}`) ?? false);
}
