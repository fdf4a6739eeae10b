import { beforeAll, expect, test } from 'vitest';
import { addTexts } from '../../../../bus/base/text.ts';
import { type PairFacts, pairsLine, pairsTable } from '../../../../cli/dev/pairs/pair-facts.ts';
import { CLI_TEXTS } from '../../../../cli/messages/en.ts';

beforeAll(() => addTexts('en', CLI_TEXTS));

const NOW_MS = 1_000_000;
const facts: readonly PairFacts[] = [
  {
    name: 'sales-to-tax',
    parties: 'A → B',
    mode: 'realtime',
    state: 'active',
    copy: { rows: 1_234, newestMs: NOW_MS - 2_500, faults: 0 },
  },
  {
    name: 'entities-to-district',
    parties: 'C → D',
    mode: 'daily',
    state: 'suspended',
    copy: { rows: 0, newestMs: undefined, faults: 1 },
  },
  { name: 'not-proposed', parties: 'E → F', mode: 'daily', state: undefined },
];

test('shows state, rows and the age of the newest change, and nothing where nothing is known', () => {
  expect(pairsTable(facts, NOW_MS).rows).toEqual([
    [
      'sales-to-tax',
      'A → B',
      'realtime',
      { text: 'ACTIVE', health: 'good' },
      '1,234',
      '2.5s',
      { text: '0', health: 'good' },
    ],
    [
      'entities-to-district',
      'C → D',
      'daily',
      { text: 'SUSPENDED', health: 'bad' },
      '0',
      '-',
      { text: '1', health: 'bad' },
    ],
    ['not-proposed', 'E → F', 'daily', '-', '-', '-', '-'],
  ]);
});

test('as a line of a log names every pair', () => {
  expect(pairsLine(facts, NOW_MS)).toBe(
    'sales-to-tax: active, 1,234 rows, newest 2.5s old, entities-to-district: suspended, 0 rows, newest - old, not-proposed: -, ? rows, newest - old',
  );
});
