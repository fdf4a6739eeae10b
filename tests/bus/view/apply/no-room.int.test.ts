/**
 * The target has no room left. A MEMORY table that has reached its limit answers with the very error
 * of a full disk (1114), so the case is real without filling a disk that others use.
 */
import { expect, test } from 'vitest';
import type { Clock } from '../../../../bus/base/clock.ts';
import { testStack } from '../../../support/env.ts';
import { at, engineRig } from '../../../support/view/engine-rig.ts';
import { batchOf, person } from '../../../support/view/records.ts';
import { PEOPLE } from '../../../support/view/simulated-source.ts';

const ROWS = 500;
const TRIES_WITHOUT_ROOM = 3;

const rig = await engineRig(await testStack('noroom'), 'v');
const people = at(PEOPLE);

test('a full disk loses nothing and halts nothing: the batch waits and is applied once there is room', async () => {
  const batch = batchOf(
    people,
    Array.from({ length: ROWS }, (_, i) => person(BigInt(i), `p${i}`, 'a')),
  );
  await fillUp();
  const seen: { readonly rows: number; readonly next: bigint; readonly haltCode: string | null }[] =
    [];
  const clock: Clock = {
    now: () => Date.now(),
    async sleep() {
      const { next, haltCode } = await rig.progress(people);
      seen.push({ rows: (await rig.persons()).size, next, haltCode });
      if (seen.length === TRIES_WITHOUT_ROOM)
        await rig.root.execute('ALTER TABLE person__rows ENGINE=InnoDB');
    },
  };
  const { engine, claim } = rig.start('me', { clock });
  await claim(1);

  expect(await engine.apply(batch)).toEqual({ kind: 'done' });
  expect(seen).toHaveLength(TRIES_WITHOUT_ROOM);
  for (const moment of seen) expect(moment).toMatchObject({ next: 0n, haltCode: null });
  expect((await rig.persons()).size).toBe(ROWS);
  expect((await rig.progress(people)).next).toBe(BigInt(ROWS));
});

/** Leaves room for a few rows only. The limit is a session's, so one connection has to do both. */
async function fillUp(): Promise<void> {
  await rig.root.transaction(async (session) => {
    await session.execute('SET SESSION max_heap_table_size = 16384');
    await session.execute('ALTER TABLE person__rows ENGINE=MEMORY');
    await session.execute('SET SESSION max_heap_table_size = DEFAULT');
  });
}
