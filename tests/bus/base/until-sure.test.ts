import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../bus/base/clock.ts';
import { BusError } from '../../../bus/base/errors.ts';
import { silentLog } from '../../../bus/base/log.ts';
import {
  UNSURE_LOOKS_MAX,
  untilSure,
  type UntilSureOptions,
} from '../../../bus/base/until-sure.ts';

const OUTAGE = new BusError('SQL_CONNECTION_LOST', { address: 'test', what: 'test' });

/** Answers what each look answers, and how often it was looked. */
async function looking<T>(
  look: (count: number, isLast: boolean) => T | undefined,
  {
    current = () => true,
    signal = new AbortController().signal,
  }: Partial<Pick<UntilSureOptions, 'current' | 'signal'>> = {},
): Promise<{ readonly found: T | undefined; readonly looks: number }> {
  let looks = 0;
  const found = await untilSure(async (isLast) => look(++looks, isLast), {
    clock: new ManualClock(),
    log: silentLog,
    what: 'looking',
    signal,
    current,
  });
  return { found, looks };
}

describe('untilSure', () => {
  test.each([
    { sureAt: 1, reason: 'sure at once' },
    { sureAt: 7, reason: 'it was only late' },
  ])('looks $sureAt times ($reason)', async ({ sureAt }) => {
    expect(await looking((count) => (count >= sureAt ? 'sure' : undefined))).toEqual({
      found: 'sure',
      looks: sureAt,
    });
  });

  test('what never becomes sure is believed at the last look', async () => {
    expect(await looking((_, isLast) => (isLast ? 'lost' : undefined))).toEqual({
      found: 'lost',
      looks: UNSURE_LOOKS_MAX,
    });
  });

  test('an outage is sat out, and the looks before it do not count', async () => {
    const outageAt = UNSURE_LOOKS_MAX - 1;
    const look = (count: number, isLast: boolean) => {
      if (count === outageAt) throw OUTAGE;
      return isLast ? 'lost' : undefined;
    };

    expect(await looking(look)).toEqual({ found: 'lost', looks: outageAt + UNSURE_LOOKS_MAX });
  });

  test('a bug is not repeated', async () => {
    const look = (): undefined => {
      throw new TypeError('a bug');
    };

    await expect(looking(look)).rejects.toThrow('a bug');
  });

  test('ends without an answer when overtaken', async () => {
    let isCurrent = true;
    const look = (count: number): undefined => void (isCurrent = count < 3);

    expect(await looking(look, { current: () => isCurrent })).toEqual({
      found: undefined,
      looks: 3,
    });
  });

  test('ends without an answer when asked to', async () => {
    const asked = new AbortController();
    const look = (count: number): undefined => {
      if (count === 2) asked.abort();
    };

    expect(await looking(look, { signal: asked.signal })).toEqual({ found: undefined, looks: 2 });
  });
});
