/**
 * Where a MariaDB source's binary log ends, and how far its Debezium connector has committed.
 * Compared by GTID where the connector knows one, else by file and position.
 */
import { parseGtid } from '../change/position.ts';
import type { ConnectCluster } from '../connect/connect.ts';
import type { SqlSession } from '../sql/sql.ts';
import { connectorState } from './connector-state.ts';
import type { CaptureWatch } from './flow.ts';

type LogPosition = { readonly gtids: string; readonly file: string; readonly pos: number };

export function mariadbCapture({
  session,
  connect,
  connector,
}: {
  /** As the capture user: it holds BINLOG MONITOR. */
  readonly session: SqlSession;
  readonly connect: ConnectCluster;
  readonly connector: string;
}): CaptureWatch {
  return {
    async position() {
      const [[gtid], [log]] = await Promise.all([
        session.query<{ gtids: string }>('SELECT @@GLOBAL.gtid_binlog_pos AS gtids'),
        session.query<{ File: string; Position: number | string }>('SHOW MASTER STATUS'),
      ]);
      return toText({
        gtids: gtid?.gtids ?? '',
        file: log?.File ?? '',
        pos: Number(log?.Position ?? 0),
      });
    },
    async state() {
      const { running, offset } = await connectorState(connect, connector);
      return { running, at: toText(committed(offset)) };
    },
    hasReached: (at, position) => isAtLeast(fromText(at), fromText(position)),
  };
}

function committed({ gtids, file, pos }: Readonly<Record<string, unknown>>): LogPosition {
  const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
  return { gtids: textOf(gtids), file: textOf(file), pos: Number(pos ?? 0) };
}

/** Exported for its test. */
export function isAtLeast(at: LogPosition, wanted: LogPosition): boolean {
  if (at.gtids !== '' && wanted.gtids !== '') {
    const reached = sequences(at.gtids);
    return [...sequences(wanted.gtids)].every(
      ([domain, seq]) => (reached.get(domain) ?? -1n) >= seq,
    );
  }
  if (at.file === '' || wanted.file === '') return false;
  return at.file === wanted.file
    ? at.pos >= wanted.pos
    : fileIndex(at.file) > fileIndex(wanted.file);
}

/** "domain-server-sequence", one per domain; of a domain with several servers the greatest counts. */
function sequences(gtids: string): Map<number, bigint> {
  const found = new Map<number, bigint>();
  for (const gtid of gtids.split(',')) {
    const one = parseGtid(gtid.trim());
    if (one && (found.get(one.domain) ?? -1n) < one.sequence) found.set(one.domain, one.sequence);
  }
  return found;
}

function fileIndex(file: string): number {
  return Number(/\.(\d+)$/.exec(file)?.[1] ?? 0);
}

function toText(position: LogPosition): string {
  return JSON.stringify(position);
}

function fromText(text: string): LogPosition {
  return JSON.parse(text) as LogPosition;
}
