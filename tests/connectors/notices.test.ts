import { describe, expect, test } from 'vitest';
import { followRequest, INCREMENTAL, type Notice } from '../../connectors/notices.ts';

const TABLE = 'register.person';

function notice(id: string, type: string, data: Readonly<Record<string, string>> = {}): Notice {
  return { id, about: INCREMENTAL, type, data };
}

const scan = (id: string, status: string, table = TABLE) =>
  notice(id, 'TABLE_SCAN_COMPLETED', { scanned_collection: table, status });

describe('followRequest', () => {
  test.each<{ notices: readonly Notice[]; kind: string; reason: string }>([
    { notices: [], kind: 'unseen', reason: 'nothing was said' },
    { notices: [notice('b', 'STARTED')], kind: 'unseen', reason: 'another request' },
    { notices: [notice('a', 'STARTED')], kind: 'under-way', reason: 'ours was taken up' },
    {
      notices: [notice('b', 'COMPLETED'), notice('a', 'STARTED')],
      kind: 'under-way',
      reason: 'an end before our beginning is not ours',
    },
    {
      notices: [notice('a', 'STARTED'), scan('a', 'SUCCEEDED')],
      kind: 'under-way',
      reason: 'a scan may be of an earlier request for the same table',
    },
    {
      notices: [notice('a', 'STARTED'), scan('a', 'SUCCEEDED'), notice('a', 'COMPLETED')],
      kind: 'done',
      reason: 'all that was asked for is done',
    },
    {
      notices: [notice('a', 'STARTED'), scan('b', 'EMPTY'), notice('b', 'COMPLETED')],
      kind: 'done',
      reason: 'a later request takes over the id; its end is the end of all',
    },
    {
      notices: [notice('a', 'COMPLETED')],
      kind: 'done',
      reason: 'a request added to a running snapshot is first named at its end',
    },
    {
      notices: [notice('a', 'STARTED'), scan('a', 'SQL_EXCEPTION'), notice('a', 'COMPLETED')],
      kind: 'failed',
      reason: 'rows may be missing',
    },
    {
      notices: [
        notice('a', 'STARTED'),
        scan('a', 'SQL_EXCEPTION'),
        scan('b', 'SUCCEEDED'),
        notice('b', 'COMPLETED'),
      ],
      kind: 'failed',
      reason: 'the scan that succeeded may be of other rows',
    },
    {
      notices: [
        notice('a', 'STARTED'),
        scan('a', 'SQL_EXCEPTION', 'register.permit'),
        scan('a', 'SUCCEEDED'),
        notice('a', 'COMPLETED'),
      ],
      kind: 'done',
      reason: 'another table failed',
    },
    {
      notices: [notice('a', 'STARTED'), notice('a', 'ABORTED')],
      kind: 'failed',
      reason: 'stopped',
    },
    {
      notices: [notice('a', 'STARTED'), { ...notice('a', 'COMPLETED'), about: 'Initial Snapshot' }],
      kind: 'under-way',
      reason: 'a first copy is no answer',
    },
  ])('is $kind when $reason', ({ notices, kind }) => {
    const followed = followRequest('a', TABLE);
    for (const one of notices) followed.see(one);
    expect(followed.state().kind).toBe(kind);
  });
});
