import { expect, test } from 'vitest';
import { percentilesOf, spreadOf } from '../../bench/statistics.ts';

test.each([
  [[7], { median: 7, min: 7, max: 7 }],
  [[9, 1], { median: 5, min: 1, max: 9 }],
  [[9, 1, 2], { median: 2, min: 1, max: 9 }],
])('the spread of %j has its middle', (numbers, expected) => {
  expect(spreadOf(numbers)).toEqual(expected);
});

test.each([
  ['one number is all of them', [4.26], { n: 1, p50: 4.3, p95: 4.3, p99: 4.3 }],
  ['the order does not matter', [3, 1, 2], { n: 3, p50: 2, p95: 3, p99: 3 }],
  ['numbers below 0 stay', [-2, -1, 5, 6], { n: 4, p50: -1, p95: 6, p99: 6 }],
  [
    'each is one of the numbers',
    Array.from({ length: 200 }, (_, index) => index + 1),
    { n: 200, p50: 100, p95: 190, p99: 198 },
  ],
])('percentiles: %s', (_reason, numbers, expected) => {
  expect(percentilesOf(numbers)).toEqual(expected);
});
