/**
 * What a capture says of the snapshots it was asked for, read from its notification topic. The
 * notices stand in line with the rows: when one is committed, so is every row sent before it.
 */
import avsc from 'avsc';
import { parseFrame } from '../bus/avro/wire.ts';

export type Notice = {
  /** The signal's id; of a later signal, when that came before the first was done. */
  readonly id: string;
  readonly about: string;
  /** STARTED, IN_PROGRESS, TABLE_SCAN_COMPLETED, COMPLETED, ABORTED, … */
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
};

export const INCREMENTAL = 'Incremental Snapshot';

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
      id: String(read['id']),
      about: String(read['aggregate_type']),
      type: String(read['type']),
      data: { ...(read['additional_data'] as Readonly<Record<string, string>> | null) },
    };
  };
}

/** How far one request is, seen from the notices that came after it. */
export type RereadState =
  | { readonly kind: 'unseen' }
  | { readonly kind: 'under-way' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string };

/** Scans that read what there was; any other end of a scan read nothing or only a part. */
const GOOD_SCANS: ReadonlySet<string> = new Set(['SUCCEEDED', 'EMPTY']);

/**
 * Follows one request. Debezium knows only the newest signal by its id; but when it says that
 * everything is done after it had named ours, ours is done. A scan of our table that failed fails
 * the request, also where it may have been another's: asking again is harmless.
 */
export function followRequest(
  id: string,
  collection: string,
): { readonly state: () => RereadState; readonly see: (notice: Notice) => void } {
  let state: RereadState = { kind: 'unseen' };
  let fault: string | undefined;
  return {
    state: () => state,
    see(notice) {
      if (notice.about !== INCREMENTAL || state.kind === 'done') return;
      if (notice.id === id && state.kind === 'unseen') state = { kind: 'under-way' };
      if (state.kind !== 'under-way') return;
      const { status = '', scanned_collection: scanned } = notice.data;
      if (notice.type === 'TABLE_SCAN_COMPLETED' && isSame(scanned, collection)) {
        // Kept also when a later scan succeeds: that may be another's, of other rows.
        if (!GOOD_SCANS.has(status)) fault = `the scan ended with ${status}`;
      }
      if (notice.type === 'ABORTED') state = { kind: 'failed', why: 'it was stopped' };
      if (notice.type === 'COMPLETED') {
        state = fault === undefined ? { kind: 'done' } : { kind: 'failed', why: fault };
      }
    },
  };
}

/** PostgreSQL's connector may put the database before schema and table. */
function isSame(scanned: string | undefined, collection: string): boolean {
  return scanned === collection || (scanned?.endsWith(`.${collection}`) ?? false);
}
