import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../bus/base/clock.ts';
import { BusError } from '../../bus/base/errors.ts';
import { type Log, silentLog } from '../../bus/base/log.ts';
import { createFakeConnect, type FakeConnect } from '../../bus/connect/fake/fake-connect.ts';
import { keepSourcesRunning } from '../../connectors/keep-running.ts';
import { failureOf } from '../../connectors/task-failure.ts';
import { untilSourceRuns } from '../../connectors/until-running.ts';

const CONFIG = { 'connector.class': 'x', 'tasks.max': '1' };
const SOURCE = { name: 'tax', connector: 'src-tax' };
let fake: FakeConnect;
let clock: ManualClock;

beforeEach(async () => {
  fake = createFakeConnect();
  clock = new ManualClock();
  await fake.cluster.applyConnector('src-tax', CONFIG);
  await fake.cluster.applyConnector('hand-made', CONFIG);
});

const restarts = () => fake.calls.filter((call) => call.startsWith('restart'));

describe('untilSourceRuns', () => {
  const wait = () => untilSourceRuns(SOURCE, { ports: { connect: fake.cluster }, clock });

  test('restarts a task that a busy worker failed, and goes on', async () => {
    fake.setState('src-tax', 'failed', 'java.lang.Exception: busy');
    await wait();
    expect(restarts()).toEqual(['restart src-tax failed']);
  });

  test('believes a failure that comes back, and names its cause', async () => {
    const { cluster } = fake;
    const stubborn = {
      ...fake.cluster,
      restart: async (name: string, what: 'all' | 'failed') => {
        await cluster.restart(name, what);
        fake.setState(name, 'failed', 'a.B: no\nCaused by: a.C: denied');
      },
    };
    fake.setState('src-tax', 'failed', 'a.B: no\nCaused by: a.C: denied');
    const waiting = untilSourceRuns(SOURCE, { ports: { connect: stubborn }, clock });
    await expect(waiting).rejects.toMatchObject({
      code: 'SOURCE_NOT_RUNNING',
      details: { state: 'failed', why: 'a.C: denied' },
    });
    expect(restarts()).toHaveLength(2);
  });

  test.each(['paused', 'stopped'] as const)('leaves a %s connector as it is', async (state) => {
    fake.setState('src-tax', state);
    await wait();
    expect(restarts()).toEqual([]);
  });
});

describe('keepSourcesRunning', () => {
  /** Runs the keeper for `ms` of its own clock; `onList` is called at each look with its number. */
  async function keep(ms: number, onList: (count: number) => void, log: Log = silentLog) {
    const end = new AbortController();
    const { cluster } = fake;
    let looks = 0;
    const connect = {
      ...fake.cluster,
      list: async () => {
        onList(++looks);
        if (clock.now() >= ms) end.abort();
        return cluster.list();
      },
    };
    await keepSourcesRunning({ connect, log, signal: end.signal, clock });
  }

  test('restarts failed sources and nobody else’s connectors', async () => {
    fake.setState('src-tax', 'failed');
    fake.setState('hand-made', 'failed');
    await keep(20_000, () => {});
    expect(restarts()).toEqual(['restart src-tax failed']);
  });

  test('tells whoever asks about every restart', async () => {
    const told: string[] = [];
    const end = new AbortController();
    const { signal } = end;
    fake.setState('src-tax', 'failed');
    const list = async () => {
      end.abort();
      return fake.cluster.list();
    };
    const connect = { ...fake.cluster, list };
    const onRestart = (name: string) => void told.push(name);
    await keepSourcesRunning({ connect, log: silentLog, signal, clock, onRestart });
    expect(told).toEqual(['src-tax']);
  });

  test('pauses longer after each failure in a row, half a minute at most', async () => {
    await keep(3_600_000, () => fake.setState('src-tax', 'failed'));
    // 5, 10 and 20 seconds are three pauses of 35 s together; then one each 30 s.
    expect(restarts()).toHaveLength(3 + 1 + Math.floor((3_600 - 35) / 30));
  });

  test('leaves a paused connector alone', async () => {
    fake.setState('src-tax', 'paused');
    await keep(20_000, () => {});
    expect(restarts()).toEqual([]);
  });

  test('goes on when Connect was away', async () => {
    fake.setState('src-tax', 'failed');
    await keep(60_000, (count) => {
      if (count < 5) throw new BusError('CONNECT_UNREACHABLE', { what: 'list', why: 'away' });
    });
    expect(restarts()).toEqual(['restart src-tax failed']);
  });
});

describe('failureOf', () => {
  const status = (trace: string) => ({
    name: 'src-tax',
    state: 'running' as const,
    tasks: [{ id: 0, state: 'failed' as const, trace }],
  });

  test('names the innermost cause', () => {
    expect(failureOf(status('a.A: x\n\tat b\nCaused by: a.B: y\n\tat c\nCaused by: a.C: z'))).toBe(
      'a.C: z',
    );
  });

  test('leaves out a message that may quote a row', () => {
    const text = failureOf(
      status("a.A: Failed to convert value '110101199001011234' for column id"),
    );
    expect(text).toBe('a.A (its text may hold data and is left out)');
  });

  test('is empty when nothing failed', () => {
    expect(failureOf({ name: 'a', state: 'running', tasks: [] })).toBe('');
  });
});
