import { describe, expect, test } from 'vitest';
import { partitionKey } from '../../../../bus/kafka/kafka.ts';
import { BusError } from '../../../../bus/base/errors.ts';
import { seededRandom, type Random } from '../../../../bus/base/random.ts';
import type { Delivery } from '../../../../bus/pair/subscriber/steps.ts';
import type { SqlDatabase, SqlEngine } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';
import { DEADLOCK, failingAt, REFUSED } from '../../../support/pair/broken-database.ts';
import { copyRig, type CopyOfTest, type CopyRig } from '../../../support/pair/copy-rig.ts';
import { seedCount } from '../../../support/view/seed-count.ts';

const stack = await testStack('pairoracle');
const KEYS = 25;
const STEPS = 120;

type Published = Map<string, object>;

function shown(rows: ReadonlyMap<string, readonly unknown[]>): Published {
  return new Map([...rows].map(([key, [id, name, points]]) => [key, { id, name, points }]));
}

function sorted(rows: ReadonlyMap<string, object>): string {
  return JSON.stringify([...rows].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

describe.each([
  ['mariadb', 'realtime'],
  ['mariadb', 'daily'],
  ['postgresql', 'realtime'],
  ['postgresql', 'daily'],
] as const)('on %s, %s', (engine, delivery) => {
  test.each(Array.from({ length: seedCount(3) }, (_, seed) => seed + 1))(
    'any interleaving of copies, changes, faults and takeovers ends with what was sent, seed %i',
    async (seed) => {
      const world = await newWorld({ engine, delivery, seed });
      for (let step = 0; step < STEPS; step++) await world.step();
      await world.finish();

      expect(sorted(await world.rig.rows())).toBe(sorted(world.wanted()));
    },
  );
});

async function newWorld(of: {
  readonly engine: SqlEngine;
  readonly delivery: Delivery;
  readonly seed: number;
}) {
  const { engine, delivery, seed } = of;
  const random = seededRandom(seed);
  const rig = await copyRig(stack, engine, { partitions: random.int(1, 3) });
  const published: string[] = [sorted(new Map())];
  const wanted = () => shown(delivery === 'daily' ? rig.feed.atCut : rig.feed.truth);
  const note = () => void published.push(sorted(wanted()));
  const writes = gateway(rig, { random, delivery, note });
  writes.first();
  let generation = 0;
  // The newest owns the partitions; older ones do not know it and read on.
  const members: Member[] = [];
  await takeOver();

  async function takeOver(): Promise<void> {
    const database = random.chance(0.5) ? flaky(rig.database, random) : rig.database;
    const copy = rig.start(`member ${members.length}`, { delivery, database });
    const next = await claims(rig, copy, ++generation);
    members.push({ copy, next });
  }

  return {
    rig,
    wanted,
    async step(): Promise<void> {
      if (random.chance(0.25)) writes.something();
      else if (random.chance(0.1)) await takeOver();
      else await read(random.pick(members.slice(-2)), rig, random, ++generation);
      if (delivery !== 'daily' || (await rig.subscription()).layout === null) return;
      // At every moment readers see the state of some cut, whole.
      expect(published).toContain(sorted(await rig.rows()));
    },
    async finish(): Promise<void> {
      writes.heal();
      await rig.start('last', { delivery }).drain({ perBatch: random.int(1, 30) });
    },
  };
}

type Member = { readonly copy: CopyOfTest; readonly next: Map<number, bigint> };

async function claims(
  rig: CopyRig,
  copy: CopyOfTest,
  groupGeneration: number,
  parts?: readonly number[],
): Promise<Map<number, bigint>> {
  const next = new Map<number, bigint>();
  const claimed = await copy.claim(groupGeneration, parts);
  for (let part = 0; part < rig.feed.partitions; part++) {
    const [entry] = [...claimed].filter(([key]) =>
      key.endsWith(partitionKey({ topic: '', partition: part })),
    );
    if (entry?.[1].kind === 'start') next.set(part, entry[1].offset);
  }
  return next;
}

/** One batch of one partition, or a claim of one that was paused. */
async function read(
  member: Member,
  rig: CopyRig,
  random: Random,
  generation: number,
): Promise<void> {
  const { copy, next } = member;
  const part = random.int(0, rig.feed.partitions - 1);
  const from = next.get(part);
  await copy.engine.watch().catch((error: unknown) => {
    if (!(error instanceof BusError)) throw error;
  });
  if (from === undefined) {
    for (const [again, offset] of await claims(rig, copy, generation, [part]))
      next.set(again, offset);
    return;
  }
  if (from >= rig.feed.end(part)) return;
  // Now and then a batch comes again, from an earlier place.
  const back = random.chance(0.1) ? BigInt(random.int(0, Number(from))) : from;
  const batch = { from: back, count: random.int(1, 12) };
  const handled = await copy.read(part, batch);
  if (handled.kind === 'done') next.set(part, rig.feed.next(part, batch));
  else if (handled.kind === 'seek') next.set(part, handled.offset);
  else next.delete(part);
}

/** What a gateway may write, also one that dies and begins anew. */
function gateway(
  rig: CopyRig,
  {
    random,
    delivery,
    note,
  }: {
    readonly random: Random;
    readonly delivery: Delivery;
    /** Called when what a copy may show has another state. */
    readonly note: () => void;
  },
) {
  const { feed } = rig;
  let day = 0;
  const one = (): [string, readonly (string | number)[] | null] => {
    const key = `k${random.int(0, KEYS)}`;
    return [key, random.chance(0.3) ? null : [key, `v${random.int(0, 999)}`, random.int(-9, 9)]];
  };
  const change = (): void => {
    for (let count = random.int(1, 6); count > 0; count--)
      if (delivery === 'daily') feed.remember(...one());
      else feed.change(...one());
  };
  const cut = (): void => {
    feed.cut(`2026-01-${String((day++ % 28) + 1).padStart(2, '0')}`);
    note();
  };
  // A copy that was cut off is followed by a whole one before anything else is sent.
  let isCutOff = false;
  const copy = (): void => {
    isCutOff = random.chance(0.4);
    feed.backfill({ isCutOff });
    note();
  };
  const heal = (): void => {
    while (isCutOff) copy();
  };
  return {
    first(): void {
      feed.backfill();
      note();
    },
    heal,
    something(): void {
      if (random.chance(0.3)) copy();
      heal();
      if (delivery === 'daily' && random.chance(0.4)) cut();
      else change();
    },
  };
}

/** Some transactions fail at some statement, for a reason that passes or one that does not. */
function flaky(real: SqlDatabase, random: Random): SqlDatabase {
  const at = () => (random.chance(0.1) ? random.int(1, 8) : undefined);
  const statements = new Map<number, number | undefined>();
  return failingAt(
    real,
    (index) => {
      if (!statements.has(index)) statements.set(index, at());
      return statements.get(index);
    },
    random.chance(0.5) ? DEADLOCK : REFUSED,
  ).database;
}
