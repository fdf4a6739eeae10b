import { describe, expect, test } from 'vitest';
import type { ControlRecord, RowRecord } from '../../../../bus/pair/subscriber/decode.ts';
import type { Mode, PartitionState } from '../../../../bus/pair/subscriber/progress-store.ts';
import {
  nextStep,
  takenBy,
  waitedFor,
  type Delivery,
} from '../../../../bus/pair/subscriber/steps.ts';

const layout = { contentHash: '$1$x', columns: [], keyColumns: 1 };
const HASH = '0'.repeat(64);

function row(generation: number, kind: 'UPSERT' | 'DELETE' = 'UPSERT'): RowRecord {
  return {
    kind,
    offset: 1n,
    generation,
    version: 5,
    sourceTimeMs: null,
    keyText: 'k',
    digest: () => Buffer.alloc(32),
    key: ['k'],
    row: kind === 'UPSERT' ? ['k'] : null,
    layout,
  };
}

function control(kind: ControlRecord['kind'], body: object, generation = 1): ControlRecord {
  const json = JSON.stringify(body);
  return { kind, offset: 2n, generation, version: 9, sourceTimeMs: null, control: json, layout };
}

const start = (generation: number) => control('BACKFILL_START', { generation }, generation);
const done = (generation: number) =>
  control('BACKFILL_END', { generation, rows: 1, keySetHash: HASH }, generation);
const day = (generation: number) =>
  control(
    'CUTOFF',
    {
      day: '2026-11-22',
      cutVersion: 9,
      upserts: 1,
      deletes: 0,
      keySetHash: HASH,
      watermarks: {},
      previous: null,
    },
    generation,
  );
const over = control('END', { reason: 'revoked', at: '2026-11-22T00:00:00Z' });

function at(mode: Mode, generation: number, delivery: Delivery = 'realtime') {
  const state: PartitionState = { mode, generation, control: null };
  return { state, delivery, partition: 0 };
}

describe('what rows mean', () => {
  test.each([
    ['live', 2, 'realtime', 2, 'copy', 'a change as it comes'],
    ['live', 2, 'daily', 2, 'stage', 'a change of the day'],
    ['live', 0, 'realtime', 1, 'copy', 'an agreement without a first copy'],
    ['live', 2, 'realtime', 3, 'copy', 'a new version without a copy'],
    ['staging', 2, 'realtime', 2, 'stage', 'a row of the copy that is gathered'],
    ['staging', 2, 'daily', 2, 'stage', 'the same of a daily agreement'],
  ] as const)('%s in generation %i, %s: a row of %i is written to the %s (%s)', (...line) => {
    const [mode, ours, delivery, theirs, into] = line;
    const step = nextStep([row(theirs)], at(mode, ours, delivery));
    expect(step).toMatchObject({ kind: 'rows', into, state: { mode, generation: theirs } });
  });

  test.each([
    ['live', 2, 1, 'older than the newest copy'],
    ['staging', 2, 1, 'the old stream goes on while the copy is gathered'],
    ['staging', 2, 3, 'of a copy that never began here'],
    ['discarding', 2, 2, 'the copy is incomplete'],
    ['discarding', 0, 1, 'its beginning was lost'],
  ] as const)(
    '%s in generation %i: a row of %i is passed over (%s)',
    (mode, ours, theirs, _reason) => {
      const given = at(mode, ours);
      expect(nextStep([row(theirs)], given)).toEqual({
        kind: 'pass',
        records: 1,
        state: given.state,
      });
    },
  );

  test('rows are taken together up to a control record or another generation', () => {
    const step = nextStep([row(1), row(1, 'DELETE'), start(2), row(2)], at('live', 1));
    expect(takenBy(step)).toBe(2);
    expect(takenBy(nextStep([row(1), row(2)], at('live', 1)))).toBe(1);
  });
});

describe('what control records mean', () => {
  test.each(['live', 'staging', 'discarding'] as const)(
    'a newer copy begins whatever the state was: %s',
    (mode) => {
      const step = nextStep([start(3), row(3)], at(mode, 2));
      expect(step).toMatchObject({ kind: 'begin', state: { mode: 'staging', generation: 3 } });
      expect(takenBy(step)).toBe(1);
    },
  );

  test.each([1, 2])('the beginning of copy %i is passed over in generation 2', (generation) => {
    expect(nextStep([start(generation)], at('staging', 2))).toMatchObject({ kind: 'pass' });
  });

  test.each([
    ['staging', 2, 2, 'wait', 'this copy is complete here'],
    ['staging', 3, 2, 'pass', 'a newer copy has begun'],
    ['live', 2, 2, 'pass', 'it was taken already'],
    ['discarding', 2, 2, 'pass', 'rows of it are missing'],
  ] as const)(
    '%s in generation %i: the end of copy %i: %s (%s)',
    (mode, ours, theirs, kind, _reason) => {
      expect(nextStep([done(theirs)], at(mode, ours))).toMatchObject({ kind });
    },
  );

  test('waiting keeps the record, so that partitions can be compared', () => {
    const step = nextStep([done(2)], at('staging', 2));
    expect(step.state).toMatchObject({ mode: 'waiting', generation: 2 });
    expect(waitedFor(step.state.control ?? '')).toEqual({
      kind: 'BACKFILL_END',
      json: done(2).control,
    });
  });

  test('a cut-off ends the day of a daily agreement', () => {
    expect(nextStep([day(2)], at('live', 2, 'daily'))).toMatchObject({ kind: 'wait' });
    expect(nextStep([day(2)], at('discarding', 2, 'daily'))).toMatchObject({ kind: 'pass' });
    expect(nextStep([day(1)], at('live', 2, 'daily'))).toMatchObject({ kind: 'pass' });
  });

  test('a cut-off of an agreement that is configured as realtime stops', () => {
    expect(() => nextStep([day(2)], at('live', 2))).toThrow(
      expect.objectContaining({ code: 'SUBSCRIBER_MODE_DIFFERS' }),
    );
  });

  test.each(['live', 'staging', 'discarding'] as const)(
    'the end of the agreement is waited at in any state: %s',
    (mode) => {
      expect(nextStep([over], at(mode, 2))).toMatchObject({ kind: 'wait' });
    },
  );

  test.each([
    [control('BACKFILL_END', { generation: 2 }), 'rows, keySetHash'],
    [control('CUTOFF', {}), 'day'],
    [{ ...control('END', {}), control: 'no JSON' }, 'all of it'],
  ])('one that cannot be read stops and names what is wrong', (record, named) => {
    expect(() => nextStep([record], at('staging', 2))).toThrow(
      expect.objectContaining({
        code: 'SUBSCRIBER_FOREIGN_RECORD',
        message: expect.stringContaining(named),
      }),
    );
  });
});
