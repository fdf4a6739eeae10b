import { describe, expect, test } from 'vitest';
import { ManualClock, systemClock } from '../../../bus/base/clock.ts';
import { BusError, isBusError } from '../../../bus/base/errors.ts';
import { Lifetime } from '../../../bus/base/lifecycle.ts';
import { silentLog, type LogFields } from '../../../bus/base/log.ts';
import { retry, waitFor } from '../../../bus/base/retry.ts';

const passing = new BusError('SQL_DEADLOCK', { errno: 1213 });
const lasting = new BusError('SQL_FAILED', { address: 'a', errno: 1, state: '-' });

/** Fails with `errors` in turn, then answers how often it was called. */
function failingWith(...errors: readonly unknown[]): () => Promise<number> {
  let calls = 0;
  return async () => {
    if (calls < errors.length) throw errors[calls++];
    return ++calls;
  };
}

describe('retry', () => {
  test('repeats what may pass, waiting twice as long each time up to the limit', async () => {
    const clock = new ManualClock();
    const waits: number[] = [];
    const result = await retry(failingWith(passing, passing, passing, passing), {
      attemptsMax: 5,
      delayMs: 100,
      delayMsMax: 300,
      clock,
      onRetry: (_error, _attempt, delayMs) => waits.push(delayMs),
    });

    expect(result).toBe(5);
    expect(waits).toEqual([100, 200, 300, 300]);
    expect(clock.now()).toBe(900);
  });

  test.each<[string, readonly unknown[], number, unknown]>([
    ['what does not pass is thrown at once', [lasting], 5, lasting],
    ['so is what is not ours', [new TypeError('x')], 5, expect.any(TypeError)],
    ['the last error is thrown at the limit', [passing, passing, passing], 3, passing],
    ['one attempt is no repetition', [passing], 1, passing],
  ])('%s', async (_, errors, attemptsMax, thrown) => {
    const attempt = failingWith(...errors);
    const clock = new ManualClock();
    await expect(retry(attempt, { attemptsMax, clock })).rejects.toEqual(thrown);
  });

  test('the caller may say what passes', async () => {
    const clock = new ManualClock();
    const mayRetry = (error: unknown): boolean => error === 'again';
    expect(await retry(failingWith('again'), { attemptsMax: 2, clock, mayRetry })).toBe(2);
    await expect(retry(failingWith(passing), { attemptsMax: 2, clock, mayRetry })).rejects.toBe(
      passing,
    );
  });

  test('ends with the signal, during a wait too', async () => {
    const controller = new AbortController();
    const waiting = retry(failingWith(passing), {
      attemptsMax: 3,
      delayMs: 60_000,
      delayMsMax: 60_000,
      signal: controller.signal,
      onRetry: () => controller.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ code: 'BUS_ABORTED' });
    await expect(
      retry(failingWith(passing), { attemptsMax: 3, signal: controller.signal }),
    ).rejects.toBe(passing);
  });
});

describe('waitFor', () => {
  test('answers what the probe answers, falsy values but undefined and false included', async () => {
    const clock = new ManualClock();
    const limits = { what: 'x', timeoutMs: 1_000, clock };
    for (const answer of [0, '', null, 'x'])
      expect(await waitFor(() => answer, limits)).toBe(answer);
  });

  test('a probe that throws, or says no, is asked again until the limit', async () => {
    const clock = new ManualClock();
    let asked = 0;
    const answer = await waitFor(
      () => {
        asked++;
        if (asked === 1) throw new Error('not up');
        return asked < 4 ? false : 'up';
      },
      { what: 'x', timeoutMs: 1_000, intervalMs: 100, clock },
    );
    expect(answer).toBe('up');
    expect(clock.now()).toBe(300);
  });

  test('at the limit says what was awaited, how long, and what was seen last', async () => {
    const clock = new ManualClock();
    const error: unknown = await waitFor(
      () => {
        throw new Error('connection refused');
      },
      { what: 'the broker', timeoutMs: 500, clock },
    ).catch((thrown: unknown) => thrown);

    expect(isBusError(error, 'BUS_TIMEOUT')).toBe(true);
    expect(String(error)).toContain('Waited 500 ms for the broker; last seen: connection refused.');
  });

  test('asks once more at the limit, so that a slow wait misses nothing', async () => {
    const clock = new ManualClock();
    const answer = await waitFor(() => clock.now() >= 100 && 'late', {
      what: 'x',
      timeoutMs: 100,
      intervalMs: 100,
      clock,
    });
    expect(answer).toBe('late');
  });

  test('ends with the signal', async () => {
    const signal = AbortSignal.abort();
    await expect(waitFor(() => false, { what: 'x', timeoutMs: 9e9, signal })).rejects.toMatchObject(
      { code: 'BUS_ABORTED' },
    );
  });
});

describe('clocks', () => {
  test('the real one sleeps, and wakes with the signal', async () => {
    const before = systemClock.now();
    await systemClock.sleep(15);
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(10);
    const woken = systemClock.sleep(60_000, AbortSignal.timeout(5));
    await expect(woken).rejects.toMatchObject({ code: 'BUS_ABORTED' });
  });

  test('the manual one wakes each sleeper when its time has come, none before', async () => {
    const clock = new ManualClock(0, { jump: false });
    const woken: string[] = [];
    const sleeps = [
      clock.sleep(10).then(() => woken.push('ten')),
      clock.sleep(20).then(() => woken.push('twenty')),
    ];
    clock.advance(10);
    await sleeps[0];
    expect(woken).toEqual(['ten']);
    clock.advance(15);
    await sleeps[1];
    expect(woken).toEqual(['ten', 'twenty']);
  });
});

describe('Lifetime', () => {
  test('closes in reverse order, one after the other, exactly once', async () => {
    const lifetime = new Lifetime();
    const order: string[] = [];
    for (const name of ['first', 'second', 'third'])
      lifetime.defer(name, async () => {
        await Promise.resolve();
        order.push(name);
      });
    await Promise.all([lifetime.end(), lifetime.end()]);
    await lifetime.end();

    expect(order).toEqual(['third', 'second', 'first']);
  });

  test('fires its signal before anything is closed', async () => {
    const lifetime = new Lifetime();
    let aborted: boolean | undefined;
    lifetime.defer('part', () => (aborted = lifetime.signal.aborted));
    expect(lifetime.signal.aborted).toBe(false);
    await lifetime.end();
    expect(aborted).toBe(true);
  });

  test('a part that fails to close is logged by name and keeps nothing open', async () => {
    const lines: LogFields[] = [];
    const lifetime = new Lifetime({ ...silentLog, warn: (fields) => lines.push(fields) });
    let closed = 0;
    lifetime.defer('good', () => closed++);
    lifetime.defer('bad', () => {
      throw new Error('stuck');
    });
    await lifetime.end();

    expect(closed).toBe(1);
    expect(lines).toEqual([{ part: 'bad', error: 'stuck' }]);
  });

  test('ends with "await using"', async () => {
    let closed = false;
    {
      await using lifetime = new Lifetime();
      lifetime.defer('part', () => (closed = true));
    }
    expect(closed).toBe(true);
  });
});
