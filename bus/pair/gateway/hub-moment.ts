/**
 * One moment of the hub: every row of a resource as it was then, and where in the hub's order of
 * transactions that was. Nothing is locked, and nothing that commits meanwhile is seen.
 */
import { must } from '../../base/assert.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import { parseGtid } from '../../change/position.ts';
import { quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlDatabase, SqlSession, SqlValue } from '../../sql/sql.ts';
import type { CompiledPair } from '../pair.ts';
import type { Column } from './bound-pair.ts';
import type { Floor } from './progress.ts';

type Resource = CompiledPair['resource'];

/** A place in the hub's binary log. */
export type LogPlace = Pick<Floor, 'file' | 'pos'>;

export type HubMoment = {
  readonly floor: Floor;
  /** Rows that are there, in the order of the key; images in the order of `columns`, as the change reader gives them. */
  pages(
    resource: Resource,
    columns: readonly Column[],
  ): AsyncIterable<readonly (readonly ColumnValue[])[]>;
};

export interface HubMoments {
  look<T>(work: (moment: HubMoment) => Promise<T>): Promise<T>;
}

export const PAGE_ROWS = 2_000;

/** `hub` as a user who may read the views' tables. */
export function hubMoments(hub: SqlDatabase): HubMoments {
  return {
    look: (work) =>
      hub.transaction(async (session) => {
        const floor = await floorOf(session);
        return work({
          floor,
          pages: (resource, columns) => pages(session, resource, columns),
        });
      }, 'REPEATABLE READ'),
  };
}

/** The moment of a transaction WITH CONSISTENT SNAPSHOT, in the hub's binary log (MariaDB: "Consistent snapshot and binary log position"). */
async function floorOf(session: SqlSession): Promise<Floor> {
  const status = await session.query<{ Variable_name: string; Value: string }>(
    "SHOW STATUS LIKE 'binlog\\_snapshot\\_%'",
  );
  const values = new Map(status.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
  const file = must(values.get('binlog_snapshot_file'), 'the binary log of a snapshot');
  const pos = Number(must(values.get('binlog_snapshot_position'), 'the position of a snapshot'));
  return { sequence: await sequenceAt(session, { file, pos }), file, pos };
}

/** The last transaction before a place in the hub's binary log; 0 where the server no longer has that log, or nothing is before. */
export async function sequenceAt(hub: SqlSession, { file, pos }: LogPlace): Promise<bigint> {
  const [row] = await hub.query<{ gtid: string | null }>('SELECT BINLOG_GTID_POS(?, ?) AS gtid', [
    file,
    pos,
  ]);
  return parseGtid(row?.gtid?.split(',')[0] ?? '')?.sequence ?? 0n;
}

/** Rows in the order of the key; images as the topic's reader gives them. */
async function* pages(
  session: SqlSession,
  resource: Resource,
  columns: readonly Column[],
): AsyncGenerator<readonly (readonly ColumnValue[])[]> {
  const table = `${quoteName(resource.database)}.${quoteName(resource.table)}`;
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  const key = resource.key.map(({ name }) => quoteName(name));
  const order = key.join(', ');
  let last: readonly SqlValue[] | undefined;
  for (;;) {
    const beyond = last ? ` AND (${order}) > (${key.map(() => '?').join(', ')})` : '';
    const rows = await session.query<Record<string, SqlValue>>(
      `SELECT ${names} FROM ${table} WHERE ${quoteName(resource.there)} = 1${beyond} ORDER BY ${order} LIMIT ${PAGE_ROWS}`,
      last ?? [],
    );
    if (rows.length > 0) yield rows.map((row) => columns.map((column) => imageValue(row, column)));
    const end = rows.at(-1);
    if (!end || rows.length < PAGE_ROWS) return;
    last = resource.key.map(({ name }) => end[name] ?? null);
  }
}

function imageValue(row: Readonly<Record<string, SqlValue>>, { name, type }: Column): ColumnValue {
  const value = row[name] ?? null;
  return type.kind === 'boolean' && typeof value === 'number' ? value === 1 : value;
}
