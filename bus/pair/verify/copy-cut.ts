/** As of which cut a daily pair's copy is, told by what its subscriber keeps beside it. */
import { localTime } from '../../agreement/calendar/calendar.ts';
import { BusError } from '../../base/errors.ts';
import type { SqlSession } from '../../sql/sql.ts';
import type { CompiledPair } from '../pair.ts';
import { readProgress } from '../subscriber/progress-store.ts';
import { MANIFEST_TABLE, SUBSCRIPTION_TABLE } from '../subscriber/tables.ts';

export type CopyCut = {
  /** Of the copy's last cut, or of the whole copy where no day came since: place in the hub's order of transactions. */
  readonly version: bigint;
  /** The cut was not before this, ms since 1970; unknown before the first day. */
  readonly atMs: number | undefined;
};

/** Throws PAIR_COPY_ABSENT where neither a day nor a row has come. */
export async function copyCut(
  session: SqlSession,
  { agreement: { id, name }, delivery }: CompiledPair,
): Promise<CopyCut> {
  const [last] = await session.query<{ version: string | number; day: string }>(
    `SELECT m.cut_version AS version, m.day AS day FROM ${MANIFEST_TABLE} m JOIN ${SUBSCRIPTION_TABLE} s ` +
      'ON s.agreement_id = m.agreement_id AND s.generation = m.generation ' +
      'WHERE m.agreement_id = ? ORDER BY m.cut_version DESC LIMIT 1',
    [id],
  );
  const { daily } = delivery;
  if (last && daily) {
    const { cutoff: time, timezone: timeZone } = daily;
    const atMs = localTime({ date: last.day, time, timeZone });
    return { version: BigInt(last.version), atMs };
  }
  const versions = (await readProgress(session, id)).map(({ lastVersion }) => lastVersion ?? 0);
  const version = BigInt(Math.max(0, ...versions));
  if (version === 0n)
    throw new BusError('PAIR_COPY_ABSENT', { pair: name, why: 'no day of it has come yet' });
  return { version, atMs: undefined };
}
