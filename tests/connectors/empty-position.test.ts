import { describe, expect, test } from 'vitest';
import { createFakeConnect } from '../../bus/connect/fake/fake-connect.ts';
import type { OutgoingRecord } from '../../bus/kafka/kafka.ts';
import { copyFromTheStart } from '../../connectors/empty-position.ts';

const PARTITION = { server: 'cdc.tax' };

/** A failed source that Connect holds `offset` for; a record without value takes it back. */
async function failedSource(offset: unknown) {
  const fake = createFakeConnect();
  await fake.cluster.applyConnector('src-tax', { 'connector.class': 'x', 'tasks.max': '1' });
  fake.setState('src-tax', 'failed');
  fake.setOffsets('src-tax', [{ partition: PARTITION, offset }]);
  const sent: { readonly topic: string; readonly records: readonly OutgoingRecord[] }[] = [];
  let open = 0;
  const producer = async () => {
    open++;
    return {
      send: async (topic: string, records: readonly OutgoingRecord[]) => {
        sent.push({ topic, records });
        fake.setOffsets('src-tax', [{ partition: PARTITION, offset: null }]);
      },
      close: async () => void open--,
    };
  };
  const ports = { connect: fake.cluster, kafka: { producer } };
  return { fake, ports, sent, open: () => open };
}

describe('copyFromTheStart', () => {
  test.each([
    ['an empty position', {}],
    ['one that PostgreSQL’s capture put a time of zero into', { ts_usec: 0 }],
  ])(
    'takes back %s under the key that Connect keeps it, then restarts',
    async (_reason, offset) => {
      const { fake, ports, sent, open } = await failedSource(offset);
      await copyFromTheStart('src-tax', ports);
      expect(sent).toEqual([
        {
          topic: '_offsets.tax',
          records: [{ key: '["src-tax",{"server":"cdc.tax"}]', value: null }],
        },
      ]);
      expect(fake.calls.at(-1)).toBe('restart src-tax failed');
      expect(open()).toBe(0);
    },
  );

  test.each([
    ['in a binary log', { file: 'binlog.000001', pos: 4 }],
    ['in PostgreSQL’s log', { lsn: 5, ts_usec: 7 }],
    ['that was forgotten already', null],
  ])('leaves a position %s as it is, and restarts', async (_reason, offset) => {
    const { fake, ports, sent } = await failedSource(offset);
    await copyFromTheStart('src-tax', ports);
    expect(sent).toEqual([]);
    expect(fake.calls.at(-1)).toBe('restart src-tax failed');
  });
});
