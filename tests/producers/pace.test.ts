import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../bus/base/clock.ts';
import { createPace } from '../../producers/pace.ts';

async function duration(clock: ManualClock, events: number, pace: { next(): Promise<void> }) {
  const start = clock.now();
  for (let i = 0; i < events; i++) await pace.next();
  return clock.now() - start;
}

describe('the pace', () => {
  test.each([
    [10, 101, 10_000],
    [0.5, 3, 4_000],
    [400, 401, 1_000],
  ])('at %d events per second, %d events take %d ms', async (rate, events, ms) => {
    const clock = new ManualClock();
    expect(await duration(clock, events, createPace(rate, clock))).toBe(ms);
  });

  test('after an outage at most one second of events is made up for', async () => {
    const clock = new ManualClock();
    const pace = createPace(10, clock);
    await pace.next();
    clock.advance(3_600_000);
    expect(await duration(clock, 11, pace)).toBe(0);
    expect(await duration(clock, 10, pace)).toBe(1_000);
  });

  test('a wait ends with BUS_ABORTED when the signal fires', async () => {
    const pace = createPace(0.001);
    await pace.next();
    const stop = new AbortController();
    const waiting = pace.next(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'BUS_ABORTED' });
  });
});
