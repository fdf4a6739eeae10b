/**
 * Daily pairs against the truth: whatever the gateways suffer, the copy after each cut-off is what
 * a realtime pair of the same scope would hold at that cut, and its manifest is right.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { systemClock, type Clock } from '../../../../bus/base/clock.ts';
import { waitFor } from '../../../../bus/base/retry.ts';
import { cutId } from '../../../../bus/pair/gateway/daily/due.ts';
import { allAccounted } from '../../../support/pair/accounted.ts';
import { GatewayWorld, SHARDS } from '../../../support/pair/gateway-world.ts';
import { expectedCopy, salePair, type PairWish } from '../../../support/pair/pair-fixture.ts';
import { readPlainly } from '../../../support/pair/plain-reader.ts';
import { seedCount } from '../../../support/view/seed-count.ts';

const DAILY = { cutoff: '02:00', timezone: 'Asia/Shanghai', calendar: 'every-day' } as const;
const WISH: PairWish = {
  id: 'daily',
  rows: "row.district.startsWith('1101')",
  masked: ['buyer'],
  daily: DAILY,
};
const DAY_MS = 86_400_000;

/** Real time, but for days that pass at once. */
function calendarClock(): Clock & { nextDay(): void } {
  let ahead = Date.parse('2026-11-22T12:00:00Z') - Date.now();
  return {
    now: () => Date.now() + ahead,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    nextDay: () => {
      ahead += DAY_MS;
    },
  };
}

const SEEDS = Array.from({ length: seedCount(8) }, (_, index) => index + 1);

describe('the copy of a daily pair', () => {
  test.for(SEEDS)('is what was agreed at each cut, seed %i', { timeout: 120_000 }, async (seed) => {
    const clock = calendarClock();
    const world = new GatewayWorld([WISH], clock);
    const generator = xoroshiro128plus(seed);
    const below = (count: number): number => uniformInt(generator, 0, count - 1);
    const pair = salePair(WISH);
    const copy = () => readPlainly(world.kafka.bus, [pair]);
    try {
      await world.join();
      for (let day = 0; day < 4; day++) {
        for (let step = 0; step < 40; step++) {
          changeOne(world, below);
          if (below(3) > 0) world.hub.capture(below(6));
          if (below(15) === 0) await upset(world, below);
          if (below(8) === 0) await new Promise((resolve) => setTimeout(resolve, below(8)));
        }
        const isFirst = day === 0;
        if (isFirst)
          await waitFor(async () => (await copy()).generation > 0, waits('a first copy'));
        clock.nextDay();
        const cuts = world.hub.cuts.size;
        await waitFor(() => world.hub.cuts.size > cuts, waits('a cut'));
        for (let more = 0; more < 10; more++) changeOne(world, below);
        world.hub.capture();
        const date = `2026-11-${23 + day}`;
        await waitFor(async () => (await copy()).days.at(-1) === date, waits(`the day ${date}`));
        const atCut = world.hub.cuts.get(cutId(DAILY, date)) ?? [];
        expect(sorted((await copy()).rows)).toEqual(sorted(expectedCopy(pair, atCut)));
      }
      await world.end();
      await allAccounted(world, [pair]);
    } finally {
      await world.end();
    }
  });
});

function waits(what: string) {
  return { what, timeoutMs: 100_000, intervalMs: 20 };
}

function changeOne(world: GatewayWorld, below: (count: number) => number): void {
  const sale = `s${below(40)}`;
  if (below(6) === 0) return world.hub.change(sale, null);
  world.hub.change(sale, {
    district: ['110102', '110105', '310101', null][below(4)] ?? null,
    status: ['signed', null][below(2)] ?? null,
    price: ['99.99', '100.01', null][below(3)] ?? null,
    buyer: ['𠮷野', '王', null][below(3)] ?? null,
    secret: 'hidden',
  });
}

async function upset(world: GatewayWorld, below: (count: number) => number): Promise<void> {
  switch (below(4)) {
    case 0: {
      const [member] = world.members.splice(0, 1);
      member?.kill();
      void member?.running.close();
      return world.join();
    }
    case 1:
      return world.kafka.rebalance('gateway');
    case 2:
      return world.kafka.loseCommit(
        `gateway.${below(SHARDS)}`,
        below(2) === 0 ? 'committed' : 'aborted',
      );
    default:
      if (world.members.length < 3) await world.join();
  }
}

function sorted(rows: ReadonlyMap<string, readonly unknown[]>): readonly (readonly unknown[])[] {
  return [...rows.values()].toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}
