/**
 * Gateways on a Kafka in memory against the truth: random changes, captures that lag, members that
 * come, go, freeze and die, commits whose answer is lost, topics that refuse, pairs that are
 * suspended, superseded and copied anew. In the end every copy is exactly what was agreed.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../../../../bus/base/retry.ts';
import { expectedCopy, type PairWish } from '../../../support/pair/pair-fixture.ts';
import { allAccounted } from '../../../support/pair/accounted.ts';
import { GatewayWorld, SHARDS } from '../../../support/pair/gateway-world.ts';
import { readPlainly, type PlainCopy } from '../../../support/pair/plain-reader.ts';
import { seedCount } from '../../../support/view/seed-count.ts';

const WISHES: readonly PairWish[] = [
  { id: 'all' },
  { id: 'west', rows: "row.district.startsWith('1101')", masked: ['buyer'] },
  {
    id: 'signed',
    rows: "row.status == 'signed' && row.price > 100.00",
    fields: ['price', 'status'],
  },
  { id: 'kept', rows: "row.status == 'signed'", onRowExit: 'freeze', fields: ['district'] },
];

function dice(seed: number) {
  const generator = xoroshiro128plus(seed);
  return {
    below: (count: number): number => uniformInt(generator, 0, count - 1),
    one: <T>(items: readonly T[]): T => items[uniformInt(generator, 0, items.length - 1)] as T,
  };
}

function randomChange(world: GatewayWorld, { below, one }: ReturnType<typeof dice>): void {
  const sale = `s${below(40)}`;
  if (below(6) === 0) return world.hub.change(sale, null);
  world.hub.change(sale, {
    district: one(['110102', '110105', '310101', null]),
    status: one(['signed', 'cancelled', null]),
    price: one(['99.99', '100.01', '5000.00', null]),
    buyer: one(['𠮷野', '王', 'x', null]),
    secret: one(['hidden', 'other']),
  });
}

async function upset(world: GatewayWorld, { below, one }: ReturnType<typeof dice>): Promise<void> {
  const id = one(WISHES).id;
  switch (below(11)) {
    case 0:
      if (world.members.length < 3) await world.join();
      return;
    case 1: {
      const [member] = world.members.splice(0, 1);
      await member?.running.close();
      if (world.members.length === 0) await world.join();
      return;
    }
    case 2: {
      // Dies without a word; the group hands its shards on.
      const [member] = world.members.splice(below(world.members.length), 1);
      member?.kill();
      void member?.running.close();
      await world.join();
      return;
    }
    case 3:
      return world.kafka.rebalance('gateway');
    case 4:
      return world.kafka.loseCommit(`gateway.${below(SHARDS)}`, one(['committed', 'aborted']));
    case 5:
      return world.alter(id, { state: 'suspended' });
    case 6:
    case 7:
      return world.alter(id, { state: 'active' });
    case 8:
      return world.alter(id, { request: (world.pairs.get(id)?.request ?? 1) + 1 });
    case 9:
      return world.kafka.refuseWrites(`pair.${id}`, below(2) === 0);
    default: {
      const wish = one(WISHES.filter((known) => known.id === id));
      world.put({
        ...wish,
        version: `1.${below(3)}.0`,
        fields: one([['price'], ['buyer', 'status']]),
      });
    }
  }
}

async function settled(world: GatewayWorld, id: string): Promise<void> {
  const leased = world.pairs.get(id);
  if (!leased) throw new Error('no such pair');
  const expected = JSON.stringify(sorted(expectedCopy(leased.pair, world.hub.sales())));
  let copy = '';
  await waitFor(
    async () => {
      const { rows } = await readPlainly(world.kafka.bus, world.versions.get(id) ?? []);
      copy = JSON.stringify(sorted(rows));
      return copy === expected;
    },
    { what: `the copy of ${id} to be what was agreed`, timeoutMs: 100_000, intervalMs: 20 },
  ).catch(() => undefined);
  expect(copy, `the copy of ${id}`).toBe(expected);
}

/** Every record of the keys that were written in vain, and where copies began and ended. */
function storyOf({ useless, history }: PlainCopy): string {
  const keys = useless.map((one) => one.split(' ')[1]);
  return history
    .filter((one) => one.startsWith('BACKFILL') || keys.includes(one.split(' ')[1]))
    .join('\n');
}

function sorted(rows: ReadonlyMap<string, readonly unknown[]>): readonly (readonly unknown[])[] {
  return [...rows.values()].toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

const SEEDS = Array.from({ length: seedCount(12) }, (_, index) => index + 1);

describe('copies of pairs', () => {
  test.for(SEEDS)(
    'are what was agreed whatever happened, seed %i',
    { timeout: 120_000 },
    async (seed) => {
      const world = new GatewayWorld(WISHES);
      const { below, one } = dice(seed);
      try {
        await world.join();
        for (let step = 0; step < 120; step++) {
          randomChange(world, { below, one });
          if (below(3) > 0) world.hub.capture(below(6));
          if (below(12) === 0) await upset(world, { below, one });
          if (below(4) === 0) await new Promise((resolve) => setTimeout(resolve, below(8)));
        }
        world.hub.capture();
        for (const { id } of WISHES) {
          world.kafka.refuseWrites(`pair.${id}`, false);
          world.alter(id, { state: 'active' });
        }
        // A row that left a frozen copy stays in it: only a whole copy tells what it should be.
        world.alter('kept', { request: 1_000 });
        for (const { id } of WISHES) await settled(world, id);
        // A frozen row may come again as it was.
        for (const { id } of WISHES.filter(({ onRowExit }) => onRowExit !== 'freeze')) {
          const copy = await readPlainly(world.kafka.bus, world.versions.get(id) ?? []);
          expect(copy.useless, `of ${id}: ${storyOf(copy)}`).toEqual([]);
        }
        await world.end();
        for (const { id } of WISHES) await allAccounted(world, world.versions.get(id) ?? []);
      } finally {
        await world.end();
      }
    },
  );
});
