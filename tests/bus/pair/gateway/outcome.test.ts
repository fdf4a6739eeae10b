import { expect, test } from 'vitest';
import { isBusError } from '../../../../bus/base/errors.ts';
import { GATEWAY } from '../../../../bus/pair/access.ts';
import { makePlan, type PlannedPair } from '../../../../bus/pair/gateway/plan.ts';
import { Outcome } from '../../../../bus/pair/gateway/outcome.ts';
import type { RecordKind } from '../../../../bus/pair/pair-schema.ts';
import { salePair, saleTools } from '../../../support/pair/pair-fixture.ts';

function plannedPair(): PlannedPair {
  const pair = salePair({ id: 'p' });
  const leased = { pair, state: 'active', request: 1, schemaIds: { key: 1, value: 2 } } as const;
  const tools = { tools: saleTools, fetchSchema: () => Promise.resolve({}) };
  return makePlan({ version: 1n, pairs: [leased] }, tools).pairs.get('p')!;
}

test.each<[RecordKind, readonly string[], string]>([
  ['BACKFILL_START', ['p'], 'a copy begins under an agreement that may deliver'],
  ['BACKFILL_END', ['p'], 'and ends under one'],
  ['CUTOFF', ['p'], 'a day without changes is a delivery too'],
  ['END', [], 'what ends may not deliver any more, and is accounted for all the same'],
])('a transaction of nothing but %s holds an account of it (%#)', (kind, permitted) => {
  const planned = plannedPair();
  const outcome = new Outcome(0, 1);
  const about = { generation: 3, sequence: 1n, body: {} };
  outcome.control(planned, kind as Parameters<Outcome['control']>[1], about);
  expect([...outcome.agreements.keys()]).toEqual(permitted);
  const sends = outcome.sends(0);
  expect(sends.map(({ topic }) => topic)).toEqual(['pair.p', GATEWAY.auditTopic]);
  const account = JSON.parse(String(sends[1]?.records[0]?.value)) as { pairs: unknown };
  const { contentHash } = planned.pair.agreement;
  const counts = { upserts: 0, deletes: 0, faults: 0 };
  expect(account.pairs).toMatchObject([
    { agreement: 'p', contentHash, generation: 3, partition: -1, controls: [kind], ...counts },
  ]);
});

test('a value that does not fit the schema refuses its pair’s topic alone, and is not told', () => {
  const planned = plannedPair();
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
