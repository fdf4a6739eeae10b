/**
 * A source's own notion of where a change stands in its log: for freshness, history and the
 * alarm "the source went back". Never used to decide which change of a row wins: positions are
 * equal inside a transaction, absent in snapshots and go back after a failover.
 */
import { assert } from '../base/assert.ts';

export type BinlogPosition = {
  readonly kind: 'binlog';
  /** The logical server: the connector's topic prefix. */
  readonly server: string;
  /** 0 for snapshot rows. */
  readonly serverId: number;
  readonly file: string;
  readonly pos: number;
  readonly row: number;
  /** MariaDB "domain-server-sequence" or MySQL "uuid:number"; null for snapshot rows. */
  readonly gtid: string | null;
};

export type WalPosition = {
  readonly kind: 'wal';
  readonly server: string;
  /** Write position of the change itself; null in incremental snapshots. Decimal text. */
  readonly lsn: string | null;
  /** Debezium's JSON text `["lastCommitLsn","lsn"]`. */
  readonly sequence: string | null;
};

export type UnknownPosition = { readonly kind: 'unknown'; readonly server: string };

export type SourcePosition = BinlogPosition | WalPosition | UnknownPosition;

export type Gtid = {
  readonly domain: number;
  readonly serverId: number;
  readonly sequence: bigint;
};

/** Parses MariaDB's "0-1-42"; undefined when it is not one. */
export function parseGtid(text: string): Gtid | undefined {
  const match = /^(\d{1,10})-(\d{1,10})-(\d{1,20})$/.exec(text);
  if (!match) return undefined;
  return {
    domain: Number(match[1]),
    serverId: Number(match[2]),
    sequence: BigInt(match[3] ?? ''),
  };
}

export function gtidText({ domain, serverId, sequence }: Gtid): string {
  return `${domain}-${serverId}-${sequence}`;
}

/** Parses PostgreSQL's "16/B374D848"; undefined when it is not one. */
export function parseLsn(text: string): bigint | undefined {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (!match) return undefined;
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

export function lsnText(lsn: bigint): string {
  const part = (value: bigint) => value.toString(16).toUpperCase();
  return `${part(lsn >> 32n)}/${part(lsn & 0xffff_ffffn)}`;
}

/** One line for people, without any row data. */
export function positionText(position: SourcePosition): string {
  if (position.kind === 'unknown') return `${position.server} (position unknown)`;
  if (position.kind === 'wal') {
    const lsn = walKey(position).lsn;
    return `${position.server} ${lsnText(lsn)}`;
  }
  const gtid = position.gtid === null ? '' : ` (${position.gtid})`;
  return `${position.server} ${position.file}:${position.pos}${gtid}`;
}

/** Whether `comparePositions` has an answer for the two. */
export function comparable(a: SourcePosition, b: SourcePosition): boolean {
  return compareOrUndefined(a, b) !== undefined;
}

/**
 * Below 0 when `a` is earlier, 0 inside one transaction or event, above 0 when later.
 * Two positions without a common order are a bug of the caller: ask `comparable` first.
 */
export function comparePositions(a: SourcePosition, b: SourcePosition): number {
  const order = compareOrUndefined(a, b);
  assert(order !== undefined, () => `${positionText(a)} and ${positionText(b)} have no order`);
  return order;
}

function compareOrUndefined(a: SourcePosition, b: SourcePosition): number | undefined {
  if (a.server !== b.server) return undefined;
  if (a.kind === 'binlog' && b.kind === 'binlog') return compareBinlog(a, b);
  if (a.kind === 'wal' && b.kind === 'wal') return compareWal(a, b);
  return undefined;
}

function compareBinlog(a: BinlogPosition, b: BinlogPosition): number | undefined {
  const left = a.gtid === null ? undefined : parseGtid(a.gtid);
  const right = b.gtid === null ? undefined : parseGtid(b.gtid);
  if (left && right && left.domain === right.domain) return sign(left.sequence, right.sequence);
  // Files of two servers have nothing in common; a snapshot row (server 0) is of the current one.
  if (a.serverId !== b.serverId && a.serverId !== 0 && b.serverId !== 0) return undefined;
  const from = binlogFile(a.file);
  const to = binlogFile(b.file);
  if (!from || !to || from.base !== to.base) return undefined;
  return sign(from.index, to.index) || sign(a.pos, b.pos);
}

function binlogFile(file: string): { readonly base: string; readonly index: number } | undefined {
  const match = /^(.+)\.(\d{1,15})$/.exec(file);
  return match ? { base: match[1] ?? '', index: Number(match[2]) } : undefined;
}

function compareWal(a: WalPosition, b: WalPosition): number {
  // The write position alone is wrong across transactions: commit order comes first.
  const left = walKey(a);
  const right = walKey(b);
  return sign(left.commit, right.commit) || sign(left.lsn, right.lsn);
}

function walKey({ lsn, sequence }: WalPosition): { readonly commit: bigint; readonly lsn: bigint } {
  const match = /^\[(?:null|"(\d{1,20})"),(?:null|"(\d{1,20})")\]$/.exec(sequence ?? '');
  return { commit: BigInt(match?.[1] ?? '0'), lsn: BigInt(match?.[2] ?? lsn ?? '0') };
}

function sign<T extends number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
