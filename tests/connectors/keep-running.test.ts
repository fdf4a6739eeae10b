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
const EMPTY =
  "org.apache.kafka.connect.errors.ConnectException: Source offset 'file' parameter is missing";
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
    // Each failure is seen five seconds after the restart: 10, 15 and 25 s, then one each 35 s.
    expect(restarts()).toHaveLength(3 + 1 + Math.floor((3_600 - 50) / 35));
  });

  test('also where each time the task seems to run for a while before it fails', async () => {
    let [done, restartedAtMs] = [0, 0];
    await keep(3_600_000, () => {
      if (restarts().length > done) [done, restartedAtMs] = [restarts().length, clock.now()];
      fake.setState('src-tax', clock.now() < restartedAtMs + 20_000 ? 'running' : 'failed');
    });
    // 20 s of running and 5, 10, 20 s of pause; then one each 50 s.
    expect(restarts().length).toBeLessThanOrEqual(4 + Math.ceil(3_600 / 50));
  });

  test('takes a failure after a minute of running for a new one', async () => {
    const failures = new Set([0, 100, 200, 300]);
    await keep(400_000, () =>
      fake.setState('src-tax', failures.has(clock.now() / 1_000) ? 'failed' : 'running'),
    );
    // Each is answered at once.
    expect(restarts()).toHaveLength(failures.size);
  });

  test('leaves a paused connector alone', async () => {
    fake.setState('src-tax', 'paused');
    await keep(20_000, () => {});
    expect(restarts()).toEqual([]);
  });

  test('restarts where nobody says how to copy from the start', async () => {
    await keep(100_000, () => fake.setState('src-tax', 'failed', EMPTY));
    expect(restarts().length).toBeGreaterThan(3);
  });

  test('goes on when Connect was away', async () => {
    fake.setState('src-tax', 'failed');
    await keep(60_000, (count) => {
      if (count < 5) throw new BusError('CONNECT_UNREACHABLE', { what: 'list', why: 'away' });
    });
    expect(restarts()).toEqual(['restart src-tax failed']);
  });
});

describe('keepSourcesRunning and an empty position', () => {
  const POSTGRESQL = {
    ...CONFIG,
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
  };

  /** Keeps `src-tax` for `ms`, failing anew with `trace` at every look; answers what was done. */
  async function done(
    ms: number,
    trace: string,
    recapture: (name: string) => Promise<void> = async () => {},
  ): Promise<{ readonly acts: string[]; readonly warned: string[] }> {
    const acts: string[] = [];
    const warned: string[] = [];
    const end = new AbortController();
    const { cluster } = fake;
    const connect = {
      ...cluster,
      list: async () => {
        if (clock.now() >= ms) end.abort();
        fake.setState('src-tax', 'failed', trace);
        return (await cluster.list()).filter(({ name }) => name === 'src-tax');
      },
      restart: async () => void acts.push('restart'),
    };
    await keepSourcesRunning({
      connect,
      log: {
        ...silentLog,
        warn: (_about: unknown, text?: string) => void warned.push(text ?? ''),
      } as Log,
      signal: end.signal,
      clock,
      recapture: async (name) => {
        acts.push(`recapture ${name}`);
        await recapture(name);
      },
    });
    return { acts, warned };
  }

  async function keepWith({
    ms,
    state,
    recapture,
  }: {
    readonly ms: number;
    readonly state: () => 'running' | 'failed';
    readonly recapture: () => Promise<void>;
  }): Promise<void> {
    const end = new AbortController();
    const { cluster } = fake;
    const list = async () => {
      if (clock.now() >= ms) end.abort();
      fake.setState('src-tax', state(), EMPTY);
      return cluster.list();
    };
    const { signal } = end;
    const connect = { ...cluster, list };
    await keepSourcesRunning({ connect, log: silentLog, signal, clock, recapture });
  }

  test('copies the source from the start once a plain restart did not help, and says so', async () => {
    const { acts, warned } = await done(10_000, EMPTY);
    expect(acts).toEqual(['restart', 'recapture src-tax']);
    expect(warned).toEqual([
      'task restarted',
      'source copied from the start: its position is empty',
    ]);
  });

  test('also where each time the task seems to run for a while before it fails', async () => {
    const acts: string[] = [];
    await keepWith({
      ms: 80_000,
      // Twenty seconds of running before each failure: longer than the pause after it.
      state: () => (clock.now() % 25_000 === 0 ? 'failed' : 'running'),
      recapture: async () => void acts.push('recapture'),
    });
    expect(restarts()[0]).toBe('restart src-tax failed');
    expect(acts[0]).toBe('recapture');
  });

  test('tries again after a pause that grows when that fails', async () => {
    const { acts, warned } = await done(100_000, EMPTY, async () => {
      throw new BusError('CONNECT_UNREACHABLE', { what: 'restart', why: 'away' });
    });
    // At 0, 10, 25, 50 and 85 seconds.
    expect(acts).toEqual(['restart', ...Array.from({ length: 4 }, () => 'recapture src-tax')]);
    expect(warned.filter((text) => text === 'restart failed')).toHaveLength(4);
  });

  test.each([
    ['any other failure', 'java.lang.Exception: busy'],
    ['a position that is missing something else', EMPTY.replace("'file'", "'pos'")],
  ])('restarts and never copies after %s', async (_reason, trace) => {
    const { acts } = await done(100_000, trace);
    expect(new Set(acts)).toEqual(new Set(['restart']));
  });

  test('copies PostgreSQL’s before the first restart, which would take the copy for done', async () => {
    await fake.cluster.applyConnector('src-tax', POSTGRESQL);
    fake.setOffsets('src-tax', [{ partition: { server: 'cdc.tax' }, offset: {} }]);
    expect((await done(0, 'java.lang.Exception: busy')).acts).toEqual(['recapture src-tax']);
  });

  test.each([
    ['a known position', [{ partition: {}, offset: { lsn: 5 } }]],
    ['a position that was forgotten already', [{ partition: {}, offset: null }]],
    ['no position', []],
  ])('restarts PostgreSQL’s with %s as it is', async (_reason, offsets) => {
    await fake.cluster.applyConnector('src-tax', POSTGRESQL);
    fake.setOffsets('src-tax', offsets);
    expect((await done(0, 'java.lang.Exception: busy')).acts).toEqual(['restart']);
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
