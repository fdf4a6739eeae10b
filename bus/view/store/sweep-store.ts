/** What a unit needs to have swept: noted in the transaction that halts it, so a crash forgets nothing. */
import type { SqlSession } from '../../sql/sql.ts';
import type { UnitPartition } from './offset-store.ts';

export type WantedSweep = UnitPartition & { readonly offset: bigint; readonly cause: 'truncate' };

export async function noteSweep(session: SqlSession, sweep: WantedSweep): Promise<void> {
  await session.execute(
    'INSERT INTO civicbus_sweep (unit, topic, `partition`, `offset`, cause, state) VALUES (?, ?, ?, ?, ?, ?) ' +
      'ON DUPLICATE KEY UPDATE unit = VALUES(unit)',
    [sweep.unit, sweep.topic, sweep.partition, sweep.offset, sweep.cause, 'wanted'],
  );
}
