/**
 * Records that could not be applied: where they stand and why, never what they hold. A retry reads
 * the topic again.
 */
import type { TopicPartition } from '../../kafka/kafka.ts';
import type { SqlSession } from '../../sql/sql.ts';

export type DeadLetter = TopicPartition & {
  readonly offset: bigint;
  readonly generation: number;
  readonly code: string;
  readonly detail: string;
};

/** Stores the letters; one that is there already (a replay) stays as it was. */
export async function storeDeadLetters(
  session: SqlSession,
  unit: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  if (letters.length === 0) return;
  await session.execute(
    'INSERT INTO civicbus_dead_letter (unit, topic, `partition`, `offset`, generation, code, detail) VALUES ? ' +
      'ON DUPLICATE KEY UPDATE unit = VALUES(unit)',
    [
      letters.map((l) => [
        unit,
        l.topic,
        l.partition,
        l.offset,
        l.generation,
        l.code,
        l.detail.slice(0, 500),
      ]),
    ],
  );
}

/** How many letters of each unit are open. */
export async function countDeadLetters(session: SqlSession): Promise<Map<string, number>> {
  const rows = await session.query<{ unit: string; letters: number }>(
    "SELECT unit, COUNT(*) AS letters FROM civicbus_dead_letter WHERE state = 'open' GROUP BY unit",
  );
  return new Map(rows.map(({ unit, letters }) => [unit, letters]));
}

/** Open letters of `unit` at or after `starts`, which has one offset per partition. */
export async function countOpenSince(
  session: SqlSession,
  {
    unit,
    generation,
    starts,
  }: { readonly unit: string; readonly generation: number; readonly starts: readonly bigint[] },
): Promise<number> {
  const places = starts.map((start, at) => `(\`partition\` = ${at} AND \`offset\` >= ${start})`);
  const [row] = await session.query<{ letters: number }>(
    "SELECT COUNT(*) AS letters FROM civicbus_dead_letter WHERE unit = ? AND generation = ? AND state = 'open' " +
      `AND (${places.join(' OR ')})`,
    [unit, generation],
  );
  return row?.letters ?? 0;
}

/** open: waits for a retry · resolved: applied by one · lost: its record is in no log any more. */
export type LetterState = 'open' | 'resolved' | 'lost';

export type LetterPlace = TopicPartition & { readonly unit: string; readonly offset: bigint };
export type StoredLetter = LetterPlace & {
  readonly generation: number;
  readonly code: string;
  readonly state: LetterState;
};

/** Open letters of the units, in the order of their records; `only` restricts them to one place. */
export async function openLetters(
  session: SqlSession,
  units: readonly string[],
  only?: LetterPlace,
): Promise<StoredLetter[]> {
  const place = only ? ' AND topic = ? AND `partition` = ? AND `offset` = ?' : '';
  const rows = await session.query<Omit<StoredLetter, 'offset'> & { readonly off: string }>(
    'SELECT unit, topic, `partition`, CAST(`offset` AS CHAR) AS off, generation, code, state FROM civicbus_dead_letter ' +
      `WHERE unit IN (?) AND state = 'open'${place} ORDER BY unit, topic, \`partition\`, \`offset\``,
    [units, ...(only ? [only.topic, only.partition, only.offset] : [])],
  );
  return rows.map(({ off, ...row }) => ({ ...row, offset: BigInt(off) }));
}

/** What a retry found; a letter that is resolved stays so. */
export async function noteRetry(
  session: SqlSession,
  { unit, topic, partition, offset }: LetterPlace,
  found: { readonly state: LetterState; readonly code?: string; readonly detail?: string },
): Promise<void> {
  await session.execute(
    'UPDATE civicbus_dead_letter SET state = ?, code = COALESCE(?, code), detail = COALESCE(?, detail), tried_at = UTC_TIMESTAMP(3) ' +
      "WHERE unit = ? AND topic = ? AND `partition` = ? AND `offset` = ? AND state <> 'resolved'",
    [
      found.state,
      found.code ?? null,
      found.detail?.slice(0, 500) ?? null,
      unit,
      topic,
      partition,
      offset,
    ],
  );
}
