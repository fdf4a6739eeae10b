import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../bus/base/clock.ts';
import { unitFlow, type CaptureState } from '../../../bus/verify/flow.ts';
import { isAtLeast } from '../../../bus/verify/mariadb-capture.ts';
import type { OffsetRow } from '../../../bus/view/store/offset-store.ts';

type Step = { readonly at: string; readonly next: bigint; readonly running?: boolean };

/** One step per look at the capture, the last one for ever. */
function flowOver(steps: readonly Step[], { halt = null as string | null } = {}) {
  const clock = new ManualClock();
  let look = 0;
  const now = () => steps[Math.min(look, steps.length - 1)]!;
  const flow = unitFlow({
    clock,
    capture: {
      position: () => Promise.resolve('50'),
      state: (): Promise<CaptureState> => {
        const { at, running = true } = now();
        look++;
        return Promise.resolve({ running, at });
      },
      hasReached: (at, position) => Number(at) >= Number(position),
    },
    ends: () => Promise.resolve(new Map([[0, 10n]])),
    progress: () => {
      const row = { partition: 0, nextOffset: now().next, haltCode: halt } as OffsetRow;
      look++;
      return Promise.resolve([row]);
    },
  });
  return { flow, clock };
}

describe('everything committed before the question is applied', () => {
  test('when capture has passed it and the unit has reached the end of its topic', async () => {
    const { flow } = flowOver([
      { at: '40', next: 3n },
      { at: '50', next: 3n },
      { at: '50', next: 9n },
      { at: '50', next: 10n },
    ]);
    expect(await flow.untilApplied(60_000)).toBe('applied');
  });

  test('when a running capture stands still for long: the log’s end moves no offset', async () => {
    const { flow, clock } = flowOver([{ at: '49', next: 10n }]);
    expect(await flow.untilApplied(60_000)).toBe('applied');
    expect(clock.now()).toBeGreaterThanOrEqual(15_000);
  });

  test.each([
    { steps: [{ at: '40', next: 10n, running: false }], reason: 'a capture that does not run' },
    { steps: [{ at: '50', next: 9n }], reason: 'a unit that does not move' },
  ])('not with $reason', async ({ steps }) => {
    expect(await flowOver(steps).flow.untilApplied(60_000)).toBe('late');
  });

  test('not in a halted unit, which is told at once', async () => {
    const { flow, clock } = flowOver([{ at: '50', next: 3n }], { halt: 'VIEW_TRUNCATED' });
    expect(await flow.untilApplied(60_000)).toBe('halted');
    expect(clock.now()).toBeLessThan(1_000);
  });
});

describe('positions of MariaDB', () => {
  const at = (gtids: string, file = '', pos = 0) => ({ gtids, file, pos });
  test.each([
    { has: at('0-1-7'), wants: at('0-1-7'), is: true, reason: 'the same transaction' },
    { has: at('0-1-8'), wants: at('0-1-7'), is: true, reason: 'a later one' },
    { has: at('0-1-6'), wants: at('0-1-7'), is: false, reason: 'an earlier one' },
    { has: at('0-2-8'), wants: at('0-1-7'), is: true, reason: 'later, after a failover' },
    { has: at('0-1-9'), wants: at('0-1-7,1-1-1'), is: false, reason: 'a domain never seen' },
    { has: at('0-1-10'), wants: at('0-1-9'), is: true, reason: 'numbers, not texts' },
    { has: at('', 'b.000002', 4), wants: at('', 'b.000001', 900), is: true, reason: 'next file' },
    { has: at('', 'b.000001', 4), wants: at('0-1-1', 'b.000001', 4), is: true, reason: 'no GTID' },
    { has: at(''), wants: at('0-1-1', 'b.000001', 4), is: false, reason: 'nothing committed yet' },
  ])('$has.gtids$has.file against $wants.gtids: $reason', ({ has, wants, is }) => {
    expect(isAtLeast(has, wants)).toBe(is);
  });
});
