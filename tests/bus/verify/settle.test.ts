import { expect, test } from 'vitest';
import { ManualClock } from '../../../bus/base/clock.ts';
import { settle } from '../../../bus/verify/settle.ts';
import type { Flow, FlowAnswer } from '../../../bus/verify/suspects.ts';
import { fakeSide, key, type FakeSide } from './fake-side.ts';

const LIMIT_MS = 10_000;

function flowOf(answer: FlowAnswer, meanwhile: () => void = () => {}): Flow & { asked: number } {
  const flow = {
    asked: 0,
    untilApplied: () => {
      flow.asked++;
      meanwhile();
      return Promise.resolve(answer);
    },
  };
  return flow;
}

function settling(source: FakeSide, view: FakeSide, flow: Flow) {
  const keys = [...new Set([...source.held.keys(), ...view.held.keys()])].map(key);
  return settle({ source, view }, keys, { flow, clock: new ManualClock(), limitMs: LIMIT_MS });
}

test('rows that stay different though everything was applied are reported, by kind and column', async () => {
  const source = fakeSide({ changed: 'a', lost: 'b', same: 'c' });
  const view = fakeSide({ changed: 'x', planted: 'y', same: 'c' });
  const flow = flowOf('applied');
  const { differences, undecided } = await settling(source, view, flow);
  expect(differences).toEqual([
    { key: ['changed'], kind: 'different', columns: ['name'] },
    { key: ['lost'], kind: 'missing', columns: [] },
    { key: ['planted'], kind: 'surplus', columns: [] },
  ]);
  expect(undecided).toEqual([]);
  expect(flow.asked).toBe(2);
});

test('a change that arrives while it is waited for is no difference', async () => {
  const source = fakeSide({ a: 'new', gone: 'x' });
  const view = fakeSide({ a: 'old', gone: 'x' });
  source.held.delete('gone');
  const flow = flowOf('applied', () => {
    view.held.set('a', 'new');
    view.held.delete('gone');
  });
  expect(await settling(source, view, flow)).toMatchObject({ differences: [], undecided: [] });
});

test('a row that is late by one change is cleared by what the source held before', async () => {
  const source = fakeSide({ hot: '1' });
  const view = fakeSide({ hot: '0' });
  let version = 1;
  const flow = flowOf('applied', () => {
    view.held.set('hot', String(version));
    source.held.set('hot', String(++version));
  });
  expect(await settling(source, view, flow)).toMatchObject({ differences: [], undecided: [] });
});

test('a row that changes at every reading is undecided, never reported', async () => {
  const source = fakeSide({ hot: '0' });
  const view = fakeSide({ hot: 'x' });
  let version = 0;
  const flow = flowOf('applied', () => source.held.set('hot', String(++version)));
  const { differences, undecided } = await settling(source, view, flow);
  expect(differences).toEqual([]);
  expect(undecided).toEqual([['hot']]);
});

test('going there and back between two readings is not taken for a difference at once', async () => {
  // At both readings of the first round the source holds 1, though the view rightly holds 2.
  const source = fakeSide({ k: '1' });
  const view = fakeSide({ k: '2' });
  const flow = flowOf('applied', () => {
    if (flow.asked === 2) view.held.set('k', '1');
  });
  expect(await settling(source, view, flow)).toMatchObject({ differences: [], undecided: [] });
});

test.each([
  { answer: 'halted' as const, reason: 'a halted unit applies nothing, so nothing is decided' },
  { answer: 'late' as const, reason: 'a unit that is behind may still bring the row' },
])('$answer: nothing is reported: $reason', async ({ answer }) => {
  const settled = await settling(fakeSide({ a: '1' }), fakeSide(), flowOf(answer));
  expect(settled).toEqual({ differences: [], undecided: [['a']], flow: answer });
});
