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

/** How many letters each unit has. */
export async function countDeadLetters(session: SqlSession): Promise<Map<string, number>> {
  const rows = await session.query<{ unit: string; letters: number }>(
    'SELECT unit, COUNT(*) AS letters FROM civicbus_dead_letter GROUP BY unit',
  );
  return new Map(rows.map(({ unit, letters }) => [unit, letters]));
}
