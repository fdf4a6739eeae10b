/** Reads the source block of an envelope into a SourcePosition, by the fields its writer has. */
import type { SourcePosition } from '../change/position.ts';
import type { RawRecord } from './projection.ts';
import { fieldOf, type RecordNode } from './writer-schema.ts';

export function compilePosition(source: RecordNode): (raw: RawRecord) => SourcePosition {
  const property = (name: string) => fieldOf(source, name)?.safeName ?? '';
  const name = property('name');
  const has = (field: string) => fieldOf(source, field) !== undefined;
  if (has('file') && has('pos')) return binlogReader(property);
  if (has('lsn')) {
    const [lsn, sequence] = [property('lsn'), property('sequence')];
    return (raw) => ({
      kind: 'wal',
      server: textOf(raw[name]),
      lsn: countOrNull(raw[lsn]),
      sequence: textOrNull(raw[sequence]),
    });
  }
  return (raw) => ({ kind: 'unknown', server: textOf(raw[name]) });
}

function binlogReader(property: (name: string) => string): (raw: RawRecord) => SourcePosition {
  const [name, serverId, gtid] = [property('name'), property('server_id'), property('gtid')];
  const [file, pos, row] = [property('file'), property('pos'), property('row')];
  return (raw) => ({
    kind: 'binlog',
    server: textOf(raw[name]),
    serverId: Number(raw[serverId] ?? 0),
    file: textOf(raw[file]),
    pos: Number(raw[pos] ?? 0),
    row: Number(raw[row] ?? 0),
    gtid: textOrNull(raw[gtid]),
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function countOrNull(value: unknown): string | null {
  return typeof value === 'number' || typeof value === 'bigint' ? value.toString() : null;
}
