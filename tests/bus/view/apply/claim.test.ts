import { describe, expect, test } from 'vitest';
import { judge, type BrokerView } from '../../../../bus/view/apply/claim.ts';
import { missOutcome } from '../../../../bus/view/apply/held.ts';
import type { OffsetRow } from '../../../../bus/view/store/offset-store.ts';

const ROW: OffsetRow = {
  unit: 'population/identity',
  topic: 't',
  partition: 3,
  generation: 1,
  clusterId: 'c',
  topicId: 'life-1',
  partitions: 6,
  nextOffset: 10n,
  epoch: 4n,
  groupGeneration: 2,
  owner: 'me',
  lastRecordTs: null,
  haltCode: null,
  haltDetail: null,
};
const BROKER: BrokerView = {
  clusterId: 'c',
  topic: { name: 't', topicId: 'life-1', partitions: 6 },
  offsets: { topic: 't', partition: 3, start: 0n, end: 20n },
};
const topic = (change: object) => ({ topic: { ...BROKER.topic!, ...change } });
const offsets = (start: bigint, end: bigint) => ({ offsets: { ...BROKER.offsets!, start, end } });

describe('judge', () => {
  test.each<[string, string, Partial<OffsetRow>, Partial<BrokerView>]>([
    ['go', 'all is as it was', {}, {}],
    ['go', 'everything applied, and everything else removed', {}, offsets(10n, 10n)],
    ['go', 'the log begins below the progress', {}, offsets(9n, 11n)],
    ['refused', 'a newer member holds it', { owner: 'other' }, {}],
    ['refused', 'nobody holds it: the claim did not take', { owner: null }, {}],
    ['refused', 'not ours comes before halted', { owner: 'other', haltCode: 'X' }, {}],
    ['halted', 'halted before', { haltCode: 'X' }, {}],
    ['halted', 'the first cause stays', { haltCode: 'X' }, { clusterId: 'd' }],
    ['VIEW_TOPIC_REPLACED', 'another cluster', {}, { clusterId: 'd' }],
    ['VIEW_TOPIC_REPLACED', 'recreated', {}, topic({ topicId: 'life-2' })],
    ['VIEW_TOPIC_REPLACED', 'repartitioned: keys moved', {}, topic({ partitions: 7 })],
    ['VIEW_TOPIC_REPLACED?', 'not there, or not yet known', {}, { topic: undefined }],
    ['VIEW_TOPIC_REPLACED?', 'its leader does not answer yet', {}, { offsets: undefined }],
    ['VIEW_TOPIC_REPLACED?', 'ends below the progress, or lags', {}, offsets(0n, 9n)],
    ['VIEW_DATA_LOST', 'one record was removed unread', {}, offsets(11n, 20n)],
    ['VIEW_DATA_LOST', 'all were removed unread', {}, offsets(11n, 11n)],
    [
      'VIEW_TOPIC_REPLACED',
      'offsets of another life say nothing',
      {},
      { ...topic({ topicId: 'life-2' }), ...offsets(11n, 20n) },
    ],
  ])('%s: %s', (expected, _, row, broker) => {
    const verdict = judge({ ...ROW, ...row }, { ...BROKER, ...broker }, { owner: 'me' });
    const word =
      verdict.kind === 'halt' ? `${verdict.code}${verdict.certain ? '' : '?'}` : verdict.kind;
    expect(word).toBe(expected);
  });

  test('a halt says what was expected and what was found', () => {
    const lost = judge(ROW, { ...BROKER, ...offsets(11n, 20n) }, { owner: 'me' });
    expect(lost).toMatchObject({ detail: expect.stringMatching(/Partition 3 of "t".* 11.* 10 /) });
    const moved = judge(ROW, { ...BROKER, ...topic({ partitions: 7 }) }, { owner: 'me' });
    expect(moved).toMatchObject({ detail: expect.stringContaining('7 partitions, was 6') });
  });
});

describe('missOutcome', () => {
  const mine = { epoch: 4n, owner: 'me', next: 15n };
  test.each<[string, string, Partial<OffsetRow> | undefined]>([
    ['happened', 'only the answer to COMMIT was lost', { nextOffset: 15n }],
    ['elsewhere', 'it did not happen: read again from there', { nextOffset: 10n }],
    ['elsewhere', 'progress stands somewhere else', { nextOffset: 12n }],
    ['halted', 'halted with the batch, or by another', { nextOffset: 15n, haltCode: 'X' }],
    ['halted', 'halted by another partition', { nextOffset: 10n, haltCode: 'X' }],
    ['reclaimed', 'this process claimed again meanwhile', { epoch: 5n }],
    ['reclaimed', 'whatever it stands at', { epoch: 5n, nextOffset: 15n }],
    ['taken', 'another member claimed', { epoch: 5n, owner: 'other' }],
    ['taken', 'and applied the same', { epoch: 5n, owner: 'other', nextOffset: 15n }],
    ['taken', 'not ours in any case', { epoch: 5n, owner: null }],
    ['taken', 'the row is gone: nothing may be written', undefined],
  ])('%s: %s', (expected, _, row) => {
    expect(missOutcome(row && { ...ROW, ...row }, mine)).toBe(expected);
  });
});
