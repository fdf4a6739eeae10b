import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  comparable,
  comparePositions,
  gtidText,
  lsnText,
  parseGtid,
  parseLsn,
  positionText,
  type BinlogPosition,
  type SourcePosition,
  type WalPosition,
} from '../../../bus/change/position.ts';

const binlog = (more: Partial<BinlogPosition> = {}): BinlogPosition => ({
  kind: 'binlog',
  server: 'civil',
  serverId: 1,
  file: 'bin.000009',
  pos: 100,
  row: 0,
  gtid: '0-1-7',
  ...more,
});
const wal = (more: Partial<WalPosition> = {}): WalPosition => ({
  kind: 'wal',
  server: 'tax',
  lsn: '20',
  sequence: '["10","20"]',
  ...more,
});

test('a GTID reads back to itself', () => {
  const part = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const sequence = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(part, part, sequence, (domain, serverId, number) => {
      const gtid = { domain, serverId, sequence: number };
      expect(parseGtid(gtidText(gtid))).toEqual(gtid);
    }),
  );
});

test('an LSN reads back to itself', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (lsn) => {
      expect(parseLsn(lsnText(lsn))).toBe(lsn);
    }),
  );
  expect(lsnText(parseLsn('16/b374d848') ?? 0n)).toBe('16/B374D848');
});

test.each(['', '0-1', '0-1-x', '1/2/3', 'a-b-c', '0-1-7,1-1-9'])('"%s" is no GTID', (text) => {
  expect(parseGtid(text)).toBeUndefined();
});

describe('order within one server', () => {
  test.each<{ a: SourcePosition; b: SourcePosition; order: number; reason: string }>([
    { a: binlog(), b: binlog({ gtid: '0-1-8' }), order: -1, reason: 'a later transaction' },
    { a: binlog(), b: binlog({ row: 3 }), order: 0, reason: 'one transaction' },
    {
      a: binlog({ gtid: '0-1-10' }),
      b: binlog({ gtid: '0-1-9' }),
      order: 1,
      reason: 'sequences are numbers, not text',
    },
    {
      a: binlog(),
      b: binlog({ gtid: '0-2-8', serverId: 2, file: 'x.1' }),
      order: -1,
      reason: 'the domain goes on after a failover',
    },
    {
      a: binlog({ gtid: null, serverId: 0 }),
      b: binlog({ pos: 101 }),
      order: -1,
      reason: 'a snapshot row has no GTID',
    },
    {
      a: binlog({ gtid: null, file: 'bin.000010' }),
      b: binlog({ file: 'bin.000009', pos: 9e9 }),
      order: 1,
      reason: 'the file counts before the position',
    },
    {
      a: binlog({ gtid: null, file: 'bin.1000000' }),
      b: binlog({ file: 'bin.999999' }),
      order: 1,
      reason: 'file numbers are numbers',
    },
    {
      a: wal(),
      b: wal({ sequence: '["11","15"]' }),
      order: -1,
      reason: 'commit order beats write order',
    },
    {
      a: wal(),
      b: wal({ sequence: '["10","21"]' }),
      order: -1,
      reason: 'write order inside a commit',
    },
    {
      a: wal({ sequence: '[null,"99"]' }),
      b: wal(),
      order: -1,
      reason: 'the snapshot comes first',
    },
  ])('$reason', ({ a, b, order }) => {
    expect(Math.sign(comparePositions(a, b))).toBe(order);
    expect(Math.sign(comparePositions(b, a))).toBe(order === 0 ? 0 : -order);
  });
});

describe('no order', () => {
  test.each<{ a: SourcePosition; b: SourcePosition; reason: string }>([
    { a: binlog(), b: binlog({ server: 'social' }), reason: 'two departments' },
    { a: binlog(), b: wal({ server: 'civil' }), reason: 'two kinds of log' },
    {
      a: binlog({ gtid: null }),
      b: binlog({ gtid: null, serverId: 2 }),
      reason: 'files of two machines',
    },
    {
      a: binlog({ gtid: null }),
      b: binlog({ gtid: null, file: 'other.000009' }),
      reason: 'files of two logs',
    },
    {
      a: { kind: 'unknown', server: 'civil' },
      b: binlog(),
      reason: 'a position that is not known',
    },
  ])('$reason', ({ a, b }) => {
    expect(comparable(a, b)).toBe(false);
    expect(() => comparePositions(a, b)).toThrow('have no order');
  });
});

test('a position reads as one line', () => {
  expect(positionText(binlog())).toBe('civil bin.000009:100 (0-1-7)');
  expect(positionText(wal())).toBe('tax 0/14');
});
