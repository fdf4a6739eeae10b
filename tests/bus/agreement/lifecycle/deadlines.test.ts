import { describe, expect, test } from 'vitest';
import { disputeUntil, dueOf } from '../../../../bus/agreement/lifecycle/deadlines.ts';
import { newLine, type Line } from '../../../../bus/agreement/lifecycle/line.ts';
import type { LineState } from '../../../../bus/agreement/lifecycle/verbs.ts';
import type { SharingType } from '../../../../bus/agreement/resource.ts';
import { sampleAgreement } from '../../../support/lifecycle/sample-agreement.ts';

const DAY_MS = 86_400_000;
const SINCE = Date.parse('2026-03-02T01:00:00.000Z');
/** Every second day is a working day: the calendar decides, not the lifecycle. */
const addWorkingDays = (fromMs: number, days: number) => fromMs + 2 * days * DAY_MS;

function lineIn(state: LineState): Line {
  return { ...newLine('1.0.0'), state, since: new Date(SINCE).toISOString() };
}

describe('clocks', () => {
  test.each<[LineState, SharingType, string, number]>([
    ['requested', 'conditional', 'authority', 2],
    ['under-review', 'conditional', 'provider', 10],
    ['under-review', 'unconditional', 'provider', 5],
    ['countered', 'conditional', 'subscriber', 10],
    ['countered', 'unconditional', 'subscriber', 5],
    ['disputed', 'conditional', 'authority', 10],
    ['agreed', 'conditional', 'authority', 5],
  ])('%s (%s): the %s has %i working days', (state, sharing, who, days) => {
    const at = SINCE + 2 * days * DAY_MS;
    const due = (nowMs: number) =>
      dueOf(lineIn(state), sampleAgreement(), { nowMs, sharing, addWorkingDays });
    expect(due(at - 1)).toMatchObject({ who, atMs: at, isOverdue: false });
    expect(due(at)).toMatchObject({ isOverdue: true });
  });

  test('the copy has to be cleared within the days that the agreement itself names', () => {
    const at = { nowMs: SINCE, sharing: 'conditional' as const, addWorkingDays };
    const content = sampleAgreement();
    const within = (dispose: (typeof content.obligations)['dispose']) =>
      dueOf(lineIn('purging'), { ...content, obligations: { ...content.obligations, dispose } }, at)
        ?.atMs;
    expect(within([{ duty: 'purge', within: 'P3D' }])).toBe(SINCE + 3 * DAY_MS);
    expect(within([{ duty: 'purge' }]), 'the default').toBe(SINCE + 7 * DAY_MS);
  });

  test('what is in force is to be renewed in its days of notice', () => {
    const content = sampleAgreement();
    const endMs = Date.parse(content.validity.notAfter);
    const noticeMs = endMs - content.validity.noticeDays * DAY_MS;
    const due = (nowMs: number) =>
      dueOf(lineIn('active'), content, { nowMs, sharing: 'conditional', addWorkingDays });
    expect(due(noticeMs - 1)).toBeUndefined();
    expect(due(noticeMs)).toMatchObject({ who: 'subscriber', atMs: endMs, isOverdue: false });
  });

  test.each<LineState>(['none', 'draft', 'filed', 'active', 'suspended', 'superseded', 'closed'])(
    '%s: nobody is waited for',
    (state) => {
      const at = { nowMs: SINCE, sharing: 'conditional' as const, addWorkingDays };
      expect(dueOf(lineIn(state), sampleAgreement(), at)).toBeUndefined();
    },
  );

  test('a rejection can be disputed for ten working days', () => {
    expect(disputeUntil(lineIn('rejected'), addWorkingDays)).toBe(SINCE + 20 * DAY_MS);
  });
});
