import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../../bus/base/clock.ts';
import { silentLog } from '../../../../bus/base/log.ts';
import { Lease, LEASE, mayDeliver, type LeasedPair } from '../../../../bus/pair/gateway/lease.ts';
import { salePair } from '../../../support/pair/pair-fixture.ts';

const leased = (changes: Partial<LeasedPair> = {}): LeasedPair => ({
  pair: salePair({ id: 'p', notAfter: '2026-12-01T00:00:00Z' }),
  state: 'active',
  request: 1,
  schemaIds: { key: 1, value: 2 },
  ...changes,
});

function leaseOf(answers: { version: bigint; fails?: boolean }) {
  const clock = new ManualClock(1_000_000);
  const lease = new Lease(
    {
      version: () =>
        answers.fails ? Promise.reject(new Error('away')) : Promise.resolve(answers.version),
      read: () => Promise.resolve({ version: answers.version, pairs: [leased()] }),
    },
    { log: silentLog, clock },
  );
  return { lease, clock };
}

describe('the lease', () => {
  test('permits nothing before the control database has answered', () => {
    expect(leaseOf({ version: 1n }).lease.current()).toBeUndefined();
  });

  test('permits nothing once its answer is old, and a failure makes none younger', async () => {
    const answers = { version: 1n, fails: false };
    const { lease, clock } = leaseOf(answers);
    await lease.refresh();
    expect(lease.current()?.version).toBe(1n);
    answers.fails = true;
    clock.advance(LEASE.validMs - 1);
    await expect(lease.refresh()).rejects.toThrow('away');
    expect(lease.current()?.version).toBe(1n);
    clock.advance(1);
    expect(lease.current()).toBeUndefined();
  });

  test('of a former version holds no longer when a newer one is known', async () => {
    const answers = { version: 1n };
    const { lease } = leaseOf(answers);
    await lease.refresh();
    answers.version = 2n;
    await lease.refresh();
    expect(lease.current()?.version).toBe(2n);
  });

  test('leaves time within the two seconds that are promised', () => {
    expect(LEASE.pollMs + LEASE.validMs).toBeLessThan(2_000);
  });
});

describe('the lease beside an archive', () => {
  async function world(lagMsMax = 5_000) {
    const archive = { lagMs: 0, fails: false, asked: 0 };
    const clock = new ManualClock(1_000_000);
    const told: string[] = [];
    const tell = (level: string) => (_fields: object, message: string) =>
      void told.push(`${level} ${message}`);
    const lease = new Lease(
      {
        version: () => Promise.resolve(1n),
        read: () => Promise.resolve({ version: 1n, pairs: [leased()] }),
        archiveLagMs: () => {
          archive.asked++;
          return archive.fails ? Promise.reject(new Error('away')) : Promise.resolve(archive.lagMs);
        },
      },
      {
        log: { ...silentLog, error: tell('error'), info: tell('info') },
        clock,
        archiveLagMsMax: lagMsMax,
      },
    );
    const after = async (ms: number) => {
      clock.advance(ms);
      await lease.refresh().catch(() => undefined);
      return lease.current() !== undefined;
    };
    await lease.refresh();
    return { archive, clock, told, lease, after };
  }

  test('permits nothing while the archive is too far behind, tells it once, and goes on by itself', async () => {
    const { archive, told, after } = await world();
    archive.lagMs = 5_000;
    expect(await after(1_000)).toBe(true);
    archive.lagMs = 5_001;
    expect(await after(1_000)).toBe(false);
    archive.lagMs = 6_001;
    expect(await after(1_000)).toBe(false);
    archive.lagMs = 10;
    expect(await after(1_000)).toBe(true);
    expect(told).toEqual([
      'error nothing is delivered: the audit archive is behind; see run reconciler',
      'info delivery goes on: the audit archive has caught up',
    ]);
  });

  test('counts what passed since it asked, and permits nothing once nobody answers', async () => {
    const { archive, clock, lease, after } = await world(1_000);
    archive.lagMs = 900;
    expect(await after(1_000)).toBe(true);
    clock.advance(101);
    expect(lease.current()).toBeUndefined();
    archive.lagMs = 0;
    expect(await after(1_000)).toBe(true);
    archive.fails = true;
    expect(await after(1_001)).toBe(false);
  });

  test('does not ask for it with every look', async () => {
    const { archive, after } = await world();
    for (let i = 0; i < 20; i++) await after(LEASE.pollMs);
    expect(archive.asked).toBe(5);
  });
});

describe('a pair may deliver', () => {
  const during = Date.parse('2026-11-22T00:00:00Z');
  const end = Date.parse('2026-12-01T00:00:00Z');

  test.each([
    ['while it is active and valid', leased(), during, true],
    ['until the moment before its end', leased(), end - 1, true],
    ['not at its end, whatever its state says', leased(), end, false],
    ['not before it begins', leased(), Date.parse('2019-12-31T23:59:59Z'), false],
    ['not while it is suspended', leased({ state: 'suspended' }), during, false],
    ['not once it is revoked', leased({ state: 'revoked' }), during, false],
    ['not while it is only filed', leased({ state: 'filed' }), during, false],
  ])('%s', (_when, pair, nowMs, may) => {
    expect(mayDeliver(pair, nowMs)).toBe(may);
  });
});
