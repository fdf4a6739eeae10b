/**
 * Carries rows of the departments' real databases into the real engine: what a table holds now,
 * against what it held when last looked at, becomes records in a random order. Only the way
 * between is played; capture and Kafka have tests of their own.
 */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { seededRandom, type Random } from '../../../bus/base/random.ts';
import { partitionKey, type RawRecord } from '../../../bus/kafka/kafka.ts';
import type { SqlDatabase, SqlRow, SqlValue } from '../../../bus/sql/sql.ts';
import { compileView, type UnitPlan } from '../../../bus/view/compile/compile.ts';
import { at, PARTITIONS, type EngineOfTest, type Rig } from './engine-rig.ts';
import { batchOf, changed, record } from './records.ts';

export type TableFeed = {
  /** Brings every unit up to what its table holds now; units whose department is not there stay empty. */
  catchUp(seed: number): Promise<void>;
};

/** What a unit's table held when it was last looked at, by key. */
type Image = ReadonlyMap<string, SqlRow>;

/** Starts the one member of the view; `databases` by department name. */
export async function tableFeed(
  rig: Rig,
  databases: Readonly<Record<string, SqlDatabase>>,
): Promise<TableFeed> {
  const plans = compileView(rig.view);
  const member = await onlyMember(rig, plans);
  const images = new Map<string, Image>();
  const ends = new Map<string, bigint>();
  return {
    async catchUp(seed) {
      const random = seededRandom(seed);
      for (const plan of random.shuffle(plans)) {
        const now = await imageOf(plan, databases);
        const moved = movedKeys(images.get(plan.unit) ?? new Map(), now, random);
        images.set(plan.unit, now);
        for (const [partition, keys] of byPartition(moved)) {
          const place = `${plan.topic}/${partition}`;
          const from = ends.get(place) ?? 0n;
          const batch = keys.map((key, i) => recordOf(plan, from + BigInt(i), { key, now }));
          const handled = await member.engine.apply(
            batchOf(at(plan.topic, partition), batch, { from }),
          );
          expect(handled, `${plan.unit} ${partition}`).toEqual({ kind: 'done' });
          ends.set(place, from + BigInt(batch.length));
        }
      }
    },
  };
}

async function onlyMember(rig: Rig, plans: readonly UnitPlan[]): Promise<EngineOfTest> {
  const member = rig.start('member');
  const all = plans.flatMap(({ topic }) =>
    Array.from({ length: PARTITIONS }, (_, partition) => at(topic, partition)),
  );
  const claims = await member.claim(1, all);
  for (const place of all) expect(claims.get(partitionKey(place))?.kind).toBe('start');
  return member;
}

async function imageOf(
  { topic, key, columns }: UnitPlan,
  databases: Readonly<Record<string, SqlDatabase>>,
): Promise<Image> {
  const [, source = '', , table = ''] = topic.split('.');
  const names = [...new Set([...key, ...columns].map(({ name }) => name))];
  const rows = await databases[source]?.query(`SELECT ${names.join(', ')} FROM ${table}`);
  return new Map((rows ?? []).map((row) => [JSON.stringify(valuesOf(row, key)), row]));
}

function movedKeys(before: Image, now: Image, random: Random): string[] {
  const keys = [...new Set([...before.keys(), ...now.keys()])];
  const text = (row: SqlRow | undefined) => JSON.stringify(row);
  return random.shuffle(keys.filter((key) => text(before.get(key)) !== text(now.get(key))));
}

function byPartition(keys: readonly string[]): Map<number, string[]> {
  return Map.groupBy(
    keys,
    (key) => createHash('md5').update(key).digest().readUInt32BE(0) % PARTITIONS,
  );
}

function recordOf(
  { columns }: UnitPlan,
  offset: bigint,
  { key, now }: { readonly key: string; readonly now: Image },
): RawRecord {
  const row = now.get(key);
  const values = JSON.parse(key) as SqlValue[];
  return row
    ? changed(offset, values, valuesOf(row, columns))
    : record(offset, values, { op: 'd', after: null });
}

function valuesOf(row: SqlRow, columns: readonly { readonly name: string }[]): SqlValue[] {
  return columns.map(({ name }) => row[name] ?? null);
}
