/** Views that are applied after the gateway began: their pairs wait, and nobody else does. */
import { describe, expect, test } from 'vitest';
import { ManualClock, systemClock, type Clock } from '../../../../bus/base/clock.ts';
import { BusError } from '../../../../bus/base/errors.ts';
import { type Log, silentLog } from '../../../../bus/base/log.ts';
import { waitFor } from '../../../../bus/base/retry.ts';
import { ASK_AGAIN_MS, KnownViews } from '../../../../bus/pair/gateway/known-views.ts';
import type { CompiledPair } from '../../../../bus/pair/pair.ts';
import { GatewayWorld } from '../../../support/pair/gateway-world.ts';
import { expectedCopy, salePair } from '../../../support/pair/pair-fixture.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';
import { readPlainly } from '../../../support/pair/plain-reader.ts';

const absent = () =>
  new BusError('GATEWAY_VIEW_ABSENT', {
    view: 'late',
    table: 'hub_late.sale__rows',
    why: 'a test',
  });

function telling() {
  const told: string[] = [];
  const tell = (_fields: object, message: string): void => void told.push(message);
  const log: Log = { ...silentLog, warn: tell, info: tell, child: () => log };
  return { told, log };
}

/** A pair of a view that is not the one of the others. */
function latePair(id: string): CompiledPair {
  const pair = salePair({ id });
  const topic = 'view.late.hub_late.sale__rows';
  return {
    ...pair,
    resource: { ...pair.resource, view: 'late', database: 'hub_late', topic },
  };
}

/** Real time, of which a piece may pass at once. */
function leapingClock(): Clock & { leap(ms: number): void } {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    leap: (ms) => {
      ahead += ms;
    },
  };
}

describe('a gateway that began before a view was applied', () => {
  test('copies its pairs once it is there; until then they alone wait, and that is told', async () => {
    const clock = leapingClock();
    const world = new GatewayWorld([{ id: 'early' }, { id: 'late' }], clock);
    const late = latePair('late');
    world.alter('late', { pair: late });
    const { told, log } = telling();
    let isApplied = false;
    world.openTables = ({ resource: { view } }) =>
      view === 'late' && !isApplied ? Promise.reject(absent()) : Promise.resolve();
    world.hub.change('s1', { district: '1', status: 'a', price: '1.00', buyer: 'b', secret: null });
    world.hub.capture();
    const copyOf = (pair: CompiledPair) => readPlainly(world.kafka.bus, [pair]);
    const expected = [...expectedCopy(late, world.hub.sales()).values()];
    const waits = (what: string) => ({ what, timeoutMs: PATIENCE_MS, intervalMs: 20 });
    try {
      await world.join(log);
      const [{ running }] = world.members as [(typeof world.members)[0]];
      await waitFor(
        async () => (await copyOf(salePair({ id: 'early' }))).generation > 0,
        waits('the copy of the pair whose view is there'),
      );
      await waitFor(() => running.waiting().length > 0, waits('a pair that waits'));
      expect(running.waiting()).toEqual(['late']);
      // Rows of the other go on while it waits.
      world.hub.change('s1', null);
      world.hub.capture();
      await waitFor(
        async () => (await copyOf(salePair({ id: 'early' }))).rows.size === 0,
        waits('what changed to be delivered'),
      );
      world.hub.change('s1', {
        district: '1',
        status: 'a',
        price: '1.00',
        buyer: 'b',
        secret: null,
      });

      isApplied = true;
      clock.leap(ASK_AGAIN_MS);
      await waitFor(
        () => told.filter((one) => one === 'pairs wait for their view').length > 1,
        waits('another reason'),
      );
      // Its table is there, its topic is not: no copy yet.
      expect((await copyOf(late)).history).toEqual([]);
      world.kafka.createTopic(late.resource.topic, 4);
      clock.leap(ASK_AGAIN_MS);
      await waitFor(async () => (await copyOf(late)).generation > 0, waits('its copy'));
      expect([...(await copyOf(late)).rows.values()]).toEqual(expected);
      // Nothing was begun in vain.
      expect((await copyOf(late)).generation).toBe(1);
      expect(running.waiting()).toEqual([]);
      expect(told.filter((one) => one === 'pairs wait for their view')).toHaveLength(2);
      expect(told).toContain('view is there: its pairs go on');
    } finally {
      await world.end();
    }
  });
});

describe('what is known of views', () => {
  function world() {
    const clock = new ManualClock(1_000_000);
    const { told, log } = telling();
    const answers: { fails?: Error; isCaptured: boolean; asked: number } = {
      fails: absent(),
      isCaptured: true,
      asked: 0,
    };
    const views = new KnownViews({
      clock,
      log,
      tables: {
        open() {
          answers.asked++;
          return answers.fails ? Promise.reject(answers.fails) : Promise.resolve();
        },
      },
      admin: {
        describeTopics: ([name = '']) =>
          Promise.resolve(answers.isCaptured ? [{ name, topicId: 'a', partitions: 1 }] : []),
      },
    });
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    return { clock, told, answers, views, settled };
  }

  test('an absent one is asked for once in a while, however many pairs want it, and told once', async () => {
    const { clock, told, answers, views, settled } = world();
    for (let round = 0; round < 5; round++)
      for (const id of ['a', 'b']) {
        expect(views.isThere(latePair(id))).toBe(false);
        await settled();
      }
    expect(answers.asked).toBe(1);
    expect(views.waiting()).toEqual(['a', 'b']);
    clock.advance(ASK_AGAIN_MS);
    expect(views.isThere(latePair('a'))).toBe(false);
    await settled();
    expect(answers.asked).toBe(2);
    expect(told).toEqual(['pairs wait for their view']);
    // The other has not said for a while that it waits: it may have been suspended.
    expect(views.waiting()).toEqual(['a']);
  });

  test('one that is there is not asked for again, until it is doubted', async () => {
    const { answers, views, settled } = world();
    delete answers.fails;
    views.isThere(latePair('a'));
    await settled();
    for (let round = 0; round < 5; round++) expect(views.isThere(latePair('a'))).toBe(true);
    expect(answers.asked).toBe(1);
    views.doubt(latePair('a'));
    expect(views.isThere(latePair('a'))).toBe(false);
    await settled();
    expect(views.isThere(latePair('a'))).toBe(true);
    expect(answers.asked).toBe(2);
  });

  test('a view whose topic is not there is absent, and one view says nothing of another', async () => {
    const { answers, views, settled } = world();
    delete answers.fails;
    answers.isCaptured = false;
    views.isThere(latePair('a'));
    await settled();
    expect(views.isThere(latePair('a'))).toBe(false);
    answers.isCaptured = true;
    views.isThere(salePair({ id: 'b' }));
    await settled();
    expect(views.isThere(salePair({ id: 'b' }))).toBe(true);
    expect(views.isThere(latePair('a'))).toBe(false);
    expect(views.waiting()).toEqual(['a']);
  });
});
