import { describe, expect, test } from 'vitest';
import { followTable, SNAPSHOT, type Notice } from '../../connectors/notices.ts';

const TABLE = 'register.person';

const notice = (type: string, data: Readonly<Record<string, string>> = {}): Notice => ({
  about: SNAPSHOT,
  type,
  data,
});
const scan = (status: string, table = TABLE) =>
  notice('TABLE_SCAN_COMPLETED', { scanned_collection: table, status });
const started = notice('STARTED');
const completed = notice('COMPLETED');

describe('followTable', () => {
  test.each<{ notices: readonly Notice[]; kind: string; reason: string }>([
    { notices: [], kind: 'unseen', reason: 'nothing was said' },
    { notices: [started], kind: 'under-way', reason: 'a reading began' },
    {
      notices: [scan('SUCCEEDED'), completed],
      kind: 'unseen',
      reason: 'a reading that began before may have read before',
    },
    { notices: [started, scan('SUCCEEDED')], kind: 'under-way', reason: 'the end is not said yet' },
    { notices: [started, scan('SUCCEEDED'), completed], kind: 'done', reason: 'all was read' },
    { notices: [started, scan('EMPTY'), completed], kind: 'done', reason: 'there was nothing' },
    {
      notices: [started, scan('SUCCEEDED', `town.${TABLE}`), completed],
      kind: 'done',
      reason: 'a database stands before the schema',
    },
    {
      notices: [started, scan('SUCCEEDED', 'register.permit'), completed],
      kind: 'unseen',
      reason: 'another table was read',
    },
    {
      notices: [started, started, scan('SUCCEEDED'), completed],
      kind: 'done',
      reason: 'capture restarted and was asked again',
    },
    {
      notices: [started, scan('SUCCEEDED'), started, completed],
      kind: 'unseen',
      reason: 'the scan belongs to a reading that never ended',
    },
    { notices: [started, scan('SQL_EXCEPTION')], kind: 'failed', reason: 'rows may be missing' },
    { notices: [started, notice('ABORTED')], kind: 'failed', reason: 'it was stopped' },
    {
      notices: [{ ...started, about: 'Incremental Snapshot' }],
      kind: 'unseen',
      reason: 'a reading of a kind that is not asked for',
    },
  ])('is $kind when $reason', ({ notices, kind }) => {
    const followed = followTable(TABLE);
    for (const one of notices) followed.see(one);
    expect(followed.state().kind).toBe(kind);
  });
});
