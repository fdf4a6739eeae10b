/**
 * Reads the records of one view topic into changes with the images that pairs decide on. Every
 * column that any pair of the topic looks at is read once, for all of them.
 */
import { createReaderCache } from '../../avro/reader.ts';
import type { RowImage } from '../../change/envelope.ts';
import { parseGtid, type SourcePosition } from '../../change/position.ts';
import type { RawRecord } from '../../kafka/kafka.ts';
import type { Column } from './bound-pair.ts';
import type { Floor } from './progress.ts';

export type HubChange = {
  readonly offset: bigint;
  readonly before: RowImage | null;
  readonly after: RowImage | null;
  /** Place in the hub's transaction order; 0 for rows that a snapshot read. */
  readonly sequence: bigint;
  readonly position: SourcePosition;
  readonly truncates: boolean;
};

export interface ChangeReader {
  /** Fetches the writer schemas that these records name. */
  prepare(records: readonly RawRecord[]): Promise<void>;
  /** The change of one record; undefined for what carries none. Throws where it cannot be read. */
  read(record: RawRecord): HubChange | undefined;
}

export function changeReader(
  columns: readonly Column[],
  key: readonly Column[],
  fetchSchema: (id: number) => Promise<unknown>,
): ChangeReader {
  const cache = createReaderCache({
    fetchSchema,
    projection: { key, value: columns, before: true, position: true },
  });
  return {
    prepare: (records) => cache.prepareFor(records.map(({ value }) => ({ key: null, value }))),
    read({ offset, value }) {
      if (value === null) return undefined;
      const { op, before, after, position } = cache.valueReader.decode(value);
      if (op === 'm') return undefined;
      const gtid =
        position.kind === 'binlog' && position.gtid ? parseGtid(position.gtid) : undefined;
      return {
        offset,
        before,
        after,
        sequence: gtid?.sequence ?? 0n,
        position,
        truncates: op === 't',
      };
    },
  };
}

/** Whether a copy taken at `floor` holds the change already. */
export function isCovered({ sequence, position }: HubChange, floor: Floor): boolean {
  if (sequence > 0n) return sequence <= floor.sequence;
  if (position.kind !== 'binlog') return false;
  const { file, pos } = position;
  // File names of one server have equal lengths and count up.
  return file === floor.file ? pos <= floor.pos : file < floor.file;
}
