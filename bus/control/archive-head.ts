/**
 * How far the audit topic is archived: one row, moved by the archiver under a lock, read by
 * gateways. Ages are by the clock of the database server, so that no two machines' clocks have to
 * agree.
 */
import type { SqlDatabase, SqlSession } from '../sql/sql.ts';

export type ArchiveHead = {
  /** Everything of the audit topic below it is archived. */
  readonly nextOffset: bigint;
  /** Of the archive's last line; empty: nothing was archived yet. */
  readonly hash: string;
  /** When that line was written. */
  readonly atMs: number;
};

export type ArchiveMove = ArchiveHead & {
  /** How long ago everything that was committed is known to be archived; undefined: not known now. */
  readonly completeAgoMs: number | undefined;
};

const NOW_MS = 'FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000)';

/**
 * Holds the row while `work` runs, so that there is one archiver at a time, and writes what it
 * answers. Whatever it throws leaves the row as it was.
 */
export function moveArchiveHead(
  db: SqlDatabase,
  work: (head: ArchiveHead) => Promise<ArchiveMove>,
): Promise<void> {
  return db.transaction(async (session) => {
    const { nextOffset, hash, atMs, completeAgoMs } = await work(await readHead(session, true));
    await session.execute(
      `UPDATE archive_head SET next_offset = ?, hash = ?, at_ms = ?${
        completeAgoMs === undefined ? '' : `, complete_ms = GREATEST(complete_ms, ${NOW_MS} - ?)`
      } WHERE one = 1`,
      [nextOffset, hash, atMs, ...(completeAgoMs === undefined ? [] : [Math.ceil(completeAgoMs)])],
    );
  });
}

export function readArchiveHead(db: SqlSession): Promise<ArchiveHead> {
  return readHead(db, false);
}

async function readHead(db: SqlSession, forUpdate: boolean): Promise<ArchiveHead> {
  const [row] = await db.query<{ next: number | string; hash: string; at: number | string }>(
    `SELECT next_offset AS next, hash, at_ms AS at FROM archive_head WHERE one = 1${
      forUpdate ? ' FOR UPDATE' : ''
    }`,
  );
  return {
    nextOffset: BigInt(row?.next ?? 0),
    hash: row?.hash ?? '',
    atMs: Number(row?.at ?? 0),
  };
}

/** For how long it has not been known that everything committed is archived, in ms. */
export async function readArchiveLagMs(db: SqlSession): Promise<number> {
  const [row] = await db.query<{ lag: number | string }>(
    `SELECT ${NOW_MS} - complete_ms AS lag FROM archive_head WHERE one = 1`,
  );
  // Without its row nothing is known, and what is not known permits nothing.
  return row ? Math.max(0, Number(row.lag)) : Number.POSITIVE_INFINITY;
}
