/**
 * Compiles a reader of one writer's Debezium envelope, or of one writer's key. Everything that
 * can be wrong with a schema is found here, once; reading a body afterwards can only fail with
 * AVRO_BODY_BROKEN, AVRO_VALUE_BROKEN, AVRO_VALUE_ABSENT or CHANGE_CONTRADICTORY.
 */
import { BusError } from '../base/errors.ts';
import type { ColumnValue } from '../change/column-value.ts';
import { checkChange, isChangeOp, snapshotKind, type ChangeEvent } from '../change/envelope.ts';
import type { SourcePosition } from '../change/position.ts';
import { compilePosition } from './position-reader.ts';
import {
  BodyFault,
  compileBodyReader,
  type BodyReader,
  type RawRecord,
  type Wanted,
} from './projection.ts';
import { compileRowReader, type Column, type RowReader } from './row-reader.ts';
import {
  expandSchema,
  fieldOf,
  isNull,
  SchemaFault,
  withoutNull,
  type FieldNode,
  type RecordNode,
} from './writer-schema.ts';

export type Projection = {
  /** The key columns, in the order wanted. */
  readonly key: readonly Column[];
  /** The columns wanted of the row images, in the order wanted. */
  readonly value: readonly Column[];
  /** Whether the image before the change is wanted too. */
  readonly before: boolean;
  /** Whether to read where the change stands in its source's log; false: `position` is unknown. Five texts a record. */
  readonly position?: boolean;
};

/** Both read a whole framed record and take its frame for granted. */
export type KeyRecordReader = (record: Buffer) => ColumnValue[];
export type EnvelopeRecordReader = (record: Buffer) => ChangeEvent;

type Source = { readonly schemaId: number; readonly schema: unknown };

export function compileKeyReader(source: Source, { key }: Projection): KeyRecordReader {
  return compiling(source, (root) => {
    const row = compileRowReader(root, key, { ...source, mayOmit: false });
    const read = compileBodyReader(root, wantedOf(key));
    return (record) => row(readBody(read, record, source.schemaId));
  });
}

export function compileEnvelopeReader(
  source: Source,
  projection: Projection,
): EnvelopeRecordReader {
  return compiling(source, (root) => {
    const parts = envelopeParts(root);
    const mayOmit = parts.source.record.semantic?.includes('.postgresql.') ?? false;
    const columns = projection.value;
    const options = { schemaId: source.schemaId, mayOmit };
    const after = compileRowReader(parts.after.record, columns, options);
    const before = projection.before
      ? compileRowReader(parts.before.record, columns, { ...options, mayOmit: false })
      : undefined;
    const read = compileBodyReader(root, envelopeWanted(projection));
    const positionOf =
      projection.position === false ? unknownPosition : compilePosition(parts.source.record);
    const toEvent = eventReader({ parts, after, before, positionOf });
    return (record) => toEvent(readBody(read, record, source.schemaId));
  });
}

type Part = { readonly property: string; readonly record: RecordNode };
type EnvelopeParts = {
  readonly before: Part;
  readonly after: Part;
  readonly source: Part;
  readonly op: string;
  readonly tsMs: string;
  readonly transaction: Part | undefined;
};

const ENVELOPE_FIELDS = ['before', 'after', 'source', 'op', 'ts_ms'] as const;
const ORIGIN_FIELDS = ['ts_ms', 'snapshot'];
const POSITION_FIELDS = ['name', 'server_id', 'gtid', 'file', 'pos', 'row', 'lsn', 'sequence'];

function envelopeParts(root: RecordNode): EnvelopeParts {
  const lacking = ENVELOPE_FIELDS.filter((name) => fieldOf(root, name) === undefined);
  if (lacking.length > 0) {
    throw new SchemaFault('unreadable', `it is no change envelope (no ${lacking.join(', ')})`);
  }
  const part = (name: string) => partOf(mustField(root, name));
  const transaction = fieldOf(root, 'transaction');
  return {
    before: part('before'),
    after: part('after'),
    source: part('source'),
    op: mustField(root, 'op').safeName,
    tsMs: mustField(root, 'ts_ms').safeName,
    transaction: transaction && !isNull(transaction.node) ? partOf(transaction) : undefined,
  };
}

function envelopeWanted({ value, before, position = true }: Projection): Wanted {
  const row = wantedOf(value);
  const source = position ? [...ORIGIN_FIELDS, ...POSITION_FIELDS] : ORIGIN_FIELDS;
  const wanted = new Map<string, Wanted | true>([
    ['after', row],
    ['source', new Map(source.map((name) => [name, true] as const))],
    ['op', true],
    ['ts_ms', true],
    ['transaction', new Map([['id', true] as const])],
  ]);
  if (before) wanted.set('before', row);
  return wanted;
}

function eventReader({
  parts,
  after,
  before,
  positionOf,
}: {
  readonly parts: EnvelopeParts;
  readonly after: RowReader;
  readonly before: RowReader | undefined;
  readonly positionOf: (origin: RawRecord) => SourcePosition;
}): (raw: RawRecord) => ChangeEvent {
  const { source, transaction } = parts;
  const sourceTs = mustField(source.record, 'ts_ms').safeName;
  const snapshot = fieldOf(source.record, 'snapshot')?.safeName ?? '';
  const transactionId = transaction && fieldOf(transaction.record, 'id')?.safeName;
  return (raw) => {
    const op = raw[parts.op];
    if (!isChangeOp(op)) {
      throw new BusError('CHANGE_CONTRADICTORY', {
        op: 'unknown',
        why: 'its op is not one of c, u, d, r, t, m',
      });
    }
    const origin = recordAt(raw, source.property) ?? {};
    const beforeRaw = before ? recordAt(raw, parts.before.property) : null;
    const afterRaw = recordAt(raw, parts.after.property);
    const inTransaction = transaction && transactionId ? recordAt(raw, transaction.property) : null;
    const sourceTsMs = Number(origin[sourceTs] ?? 0);
    const event: ChangeEvent = {
      op,
      before: before && beforeRaw ? before(beforeRaw) : null,
      after: afterRaw ? after(afterRaw) : null,
      sourceTsMs,
      captureTsMs: Number(raw[parts.tsMs] ?? sourceTsMs),
      snapshot: snapshotKind(origin[snapshot]),
      position: positionOf(origin),
      transactionId: inTransaction ? textOrNull(inTransaction[transactionId ?? '']) : null,
    };
    return checkChange(event, before !== undefined);
  };
}

const UNKNOWN_POSITION: SourcePosition = { kind: 'unknown', server: '' };

function unknownPosition(): SourcePosition {
  return UNKNOWN_POSITION;
}

/** Maps what a schema can do wrong to codes. */
function compiling<T>({ schemaId, schema }: Source, compile: (root: RecordNode) => T): T {
  try {
    const root = withoutNull(expandSchema(schema));
    if (root.kind !== 'record') throw new SchemaFault('unreadable', 'it is no record');
    return compile(root);
  } catch (error) {
    if (error instanceof BusError) throw error;
    const fault = error instanceof SchemaFault ? error : undefined;
    const code =
      fault?.kind === 'unsupported' ? 'AVRO_SCHEMA_UNSUPPORTED' : 'AVRO_SCHEMA_UNREADABLE';
    throw new BusError(code, { schemaId, why: fault?.message ?? 'it is not valid Avro' }, error);
  }
}

function readBody(read: BodyReader, record: Buffer, schemaId: number): RawRecord {
  try {
    return read(record);
  } catch (error) {
    if (!(error instanceof BodyFault)) throw error;
    throw new BusError('AVRO_BODY_BROKEN', { schemaId, why: error.message });
  }
}

function recordAt(raw: RawRecord, property: string): RawRecord | null {
  const value = raw[property];
  return typeof value === 'object' && value !== null ? (value as RawRecord) : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function mustField(record: RecordNode, name: string): FieldNode {
  const field = fieldOf(record, name);
  if (!field) throw new SchemaFault('unreadable', `it has no field ${name}`);
  return field;
}

function partOf({ name, safeName, node }: FieldNode): Part {
  const record = withoutNull(node);
  if (record.kind !== 'record')
    throw new SchemaFault('unreadable', `its field ${name} is no record`);
  return { property: safeName, record };
}

function wantedOf(columns: readonly Column[]): Wanted {
  return new Map(columns.map(({ name }) => [name, true] as const));
}
