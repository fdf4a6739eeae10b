import { describe, expect, test } from 'vitest';
import type { KafkaAdmin, RawRecord } from '../../../../bus/kafka/kafka.ts';
import { readHistory } from '../../../../bus/view/store/history-store.ts';
import { sweepUnit, type SweepOptions } from '../../../../bus/view/sweep/sweep.ts';
import { testStack } from '../../../support/env.ts';
import { at, engineRig, type EngineOfTest, topicIdOf } from '../../../support/view/engine-rig.ts';
import { batchOf, broken, changed, truncate } from '../../../support/view/records.ts';
import { ENTERPRISES, ORGANISATIONS, VEHICLES, wideView } from '../../../support/view/wide-view.ts';

const stack = await testStack('sweepwide');
const rig = await engineRig(stack, 'v', wideView);
const organisations = at(ORGANISATIONS);
const enterprises = at(ENTERPRISES);
const vehicles = at(VEHICLES);
const FAR = 1_000n;

const started = async (): Promise<EngineOfTest> => {
  const made = rig.start('me');
  await made.claim(1, [organisations, enterprises, vehicles]);
  return made;
};

/** A broker whose only topic in question ends where the engine stands, and a source that is read again as `records`. */
function sweep(
  { engine }: EngineOfTest,
  tp: typeof vehicles,
  { records, more = {} }: { records: readonly RawRecord[]; more?: Partial<SweepOptions> },
) {
  let end = FAR;
  const admin: Partial<KafkaAdmin> = {
    describeTopics: async (names) =>
      names.map((name) => ({ name, topicId: topicIdOf(name), partitions: 3 })),
    offsets: async () =>
      [0, 1, 2].map((partition) => ({ topic: tp.topic, partition, start: 0n, end })),
    writtenEnds: async () => [{ ...tp, offset: end }],
  };
  const unit = rig.view.blocks.find(({ from }) => from.topic === tp.topic)?.name ?? '';
  return sweepUnit({
    view: rig.view,
    unit,
    ports: {
      database: rig.root,
      admin: admin as KafkaAdmin,
      reread: {
        begin: async () => 0n,
        async read() {
          end = FAR + BigInt(records.length);
          await engine.apply(batchOf(tp, records, { from: 0n, next: end }));
        },
      },
    },
    timeoutMs: 5_000,
    ...more,
  });
}

/** Everything of a topic up to where a sweep notes its end. */
const before = (tp: typeof vehicles, records: readonly RawRecord[]) =>
  batchOf(tp, records, { next: FAR });

describe('what hangs on rows that a sweep clears', () => {
  test('child rows go, the others stay, and each leaves its entry in the history', async () => {
    const made = await started();
    await made.engine.apply(
      before(organisations, [changed(0n, ['A'], ['甲', null, 'registered', null])]),
    );
    await made.engine.apply(
      before(vehicles, [changed(0n, ['p1'], ['A', 'car']), changed(1n, ['p2'], ['A', 'van'])]),
    );
    const again = [changed(FAR, ['p2'], ['A', 'van'])];
    expect(await sweep(made, vehicles, { records: again })).toMatchObject({ cleared: 1 });
    expect(await rig.database.query('SELECT plate FROM vehicle')).toEqual([{ plate: 'p2' }]);
    const entries = await readHistory(rig.database, { rowKey: 'p1', limit: 10 });
    expect(entries.map(({ op, values }) => ({ op, gone: values === null }))).toEqual([
      { op: 's', gone: true },
      { op: 'u', gone: false },
    ]);
  });

  test('a conflict ends with the row of either side', async () => {
    const made = await started();
    await made.engine.apply(
      before(organisations, [changed(0n, ['A'], ['甲', '1.00', 'registered', null])]),
    );
    await made.engine.apply(before(enterprises, [changed(0n, ['A'], ['乙', '1.00'])]));
    const open = () =>
      rig.database.query('SELECT 1 FROM civicbus_conflict WHERE resolved_ms IS NULL');
    expect(await open()).toHaveLength(1);
    await sweep(made, enterprises, { records: [] });
    expect(await open()).toEqual([]);
  });

  test('nothing is cleared while a record that was read again stands aside', async () => {
    const made = await started();
    await made.engine.apply(before(vehicles, [changed(0n, ['p1'], ['A', 'car'])]));
    await expect(sweep(made, vehicles, { records: [broken(FAR)] })).rejects.toMatchObject({
      code: 'SWEEP_LETTERS',
    });
    expect(await rig.count('vehicle__rows')).toBe(1);
    await rig.root.execute("UPDATE civicbus_dead_letter SET state = 'resolved'");
    expect(await sweep(made, vehicles, { records: [] })).toMatchObject({ cleared: 1 });
  });
});

describe('a halt', () => {
  test('keeps a sweep from being begun, unless its cause is accepted for the whole unit', async () => {
    const made = await started();
    await made.engine.apply(before(vehicles, [changed(0n, ['p1'], ['A', 'car']), truncate(1n)]));
    const refused = { code: 'SWEEP_UNIT_HALTED' };
    await expect(sweep(made, vehicles, { records: [] })).rejects.toMatchObject(refused);
    const some = { accept: true, keys: [['p1']] };
    await expect(sweep(made, vehicles, { records: [], more: some })).rejects.toMatchObject(refused);
    expect((await rig.progress(vehicles)).haltCode).toBe('VIEW_TRUNCATED');
  });

  test('of a replaced topic is nothing that a sweep could mend', async () => {
    const made = await started();
    await made.engine.apply(before(vehicles, [changed(0n, ['p1'], ['A', 'car'])]));
    await rig.root.execute("UPDATE civicbus_offset SET halt_code = 'VIEW_TOPIC_REPLACED'");
    await expect(
      sweep(made, vehicles, { records: [], more: { accept: true } }),
    ).rejects.toMatchObject({ code: 'SWEEP_NOTHING_TO_ACCEPT' });
    expect(await rig.count('civicbus_sweep_run')).toBe(0);
  });

  test('an unknown unit, and one that was never read, are told as such', async () => {
    const made = rig.start('me');
    const run = (more: Partial<SweepOptions>) => sweep(made, vehicles, { records: [], more });
    await expect(run({})).rejects.toMatchObject({ code: 'SWEEP_NOT_CLAIMED' });
    await expect(run({ unit: 'boat' })).rejects.toMatchObject({ code: 'SWEEP_UNIT_UNKNOWN' });
  });
});
