import { expect, test } from 'vitest';
import { isBusError } from '../../../../bus/base/errors.ts';
import { makePlan } from '../../../../bus/pair/gateway/plan.ts';
import { Outcome } from '../../../../bus/pair/gateway/outcome.ts';
import { salePair, saleTools } from '../../../support/pair/pair-fixture.ts';

test('a value that does not fit the schema refuses its pair’s topic alone, and is not told', () => {
  const pair = salePair({ id: 'p' });
  const leased = { pair, state: 'active', request: 1, schemaIds: { key: 1, value: 2 } } as const;
  const tools = { tools: saleTools, fetchSchema: () => Promise.resolve({}) };
  const planned = makePlan({ version: 1n, pairs: [leased] }, tools).pairs.get('p')!;
  const outcome = new Outcome(0, 1);
  const about = { generation: 1, sequence: 1n, at: { topic: 't', partition: 0 }, from: 0n };
  const row = ['s1', '10.00', Buffer.from('secret')];
  let refusal: unknown;
  try {
    outcome.deliver(planned, { kind: 'UPSERT', key: ['s1'], row, sourceTimeMs: null }, about);
  } catch (error) {
    refusal = error;
  }
  expect(isBusError(refusal, 'KAFKA_TOPIC_REFUSED') && refusal.details['topic']).toBe('pair.p');
  expect(String(refusal)).not.toContain('secret');
  expect(outcome.isEmpty).toBe(true);
});
