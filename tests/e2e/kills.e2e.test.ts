/**
 * While the departments work, processes are killed at random, one after the other: broker, Connect
 * worker, registry, databases, and the members of the view's consumer group, of which one is also
 * frozen until it has lost its partitions. Afterwards the view
 * must equal the departments' own tables, exactly. CIVICBUS_SEED repeats a run's choices.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import { seededRandom } from '../../bus/base/random.ts';
import { waitFor } from '../../bus/base/retry.ts';
import { PROJECT, startCity, type LiveCity } from './live-city.ts';

const KILLS = 16;
const RECOVERY_MS = 300_000;
/** Generous: on a busy machine each recovery of the worker takes a minute. */
const TEST_MS = 2_700_000;
const SEED = Number(process.env['CIVICBUS_SEED'] ?? Date.now() % 1_000_000);
const SECOND_MEMBER = 'second-member';
/** The second member is frozen until the group has given its partitions away, and then wakes up. */
const ZOMBIE = 'zombie';

const lifetime = new Lifetime();
let city: LiveCity;
let second: ChildProcess;

beforeAll(async () => {
  city = await startCity(lifetime, { name: 'kills', persons: 1_000 });
});
afterAll(() => lifetime.end());

test(
  `after ${KILLS} random kills the view equals the departments' tables (seed ${SEED})`,
  async () => {
    process.stdout.write(`kills: CIVICBUS_SEED=${SEED}\n`);
    const random = seededRandom(SEED);
    second = startSecondMember();
    lifetime.defer('second member', () => second.kill('SIGKILL'));
    const working = await city.work({ seed: SEED, ratePerSecond: 40 });
    const victims = [
      'view-population',
      SECOND_MEMBER,
      ZOMBIE,
      'connect',
      'kafka',
      'hub',
      'providers',
      'registry',
    ];
    const killed: string[] = [];
    // Every victim equally often, in random order.
    for (const victim of random.shuffle(
      Array.from({ length: KILLS }, (_, i) => victims[i % victims.length] ?? ''),
    )) {
      const before = await waitFor(progress, {
        what: 'the hub to answer',
        timeoutMs: RECOVERY_MS,
        intervalMs: 200,
      });
      await kill(victim);
      killed.push(victim);
      await waitFor(async () => (await progress()) > before, {
        what: `changes to arrive after ${killed.join(', ')}`,
        timeoutMs: RECOVERY_MS,
        intervalMs: 200,
      });
    }
    const counters = await working.stop();
    expect(counters.transactions).toBeGreaterThan(0);
    expect(await city.settled(RECOVERY_MS)).toBeGreaterThan(0);
    for (const view of ['population', 'legal-entity', 'property']) {
      const verified = await city.civicbus('verify', 'view', view, '--timeout', '300');
      expect(verified, verified.stderr).toMatchObject({ exit: 0 });
    }
    expect(
      await city.hub.query(
        'SELECT unit, halt_code FROM civicbus_offset WHERE halt_code IS NOT NULL',
      ),
    ).toEqual([]);
    expect(await city.hub.query('SELECT unit, code, detail FROM civicbus_dead_letter')).toEqual([]);
  },
  TEST_MS,
);

/** Offsets applied so far, over all units. */
async function progress(): Promise<number> {
  const [row] = await city.hub.query<{ applied: string | number }>(
    'SELECT COALESCE(SUM(next_offset), 0) AS applied FROM civicbus_offset',
  );
  return Number(row?.applied ?? 0);
}

/**
 * Kills a process with SIGKILL, once it has recovered from its last time. The next kill may fall
 * into this one's recovery.
 */
async function kill(victim: string): Promise<void> {
  if (victim === SECOND_MEMBER) {
    // Its exit listener starts the next one.
    second.kill('SIGKILL');
    return;
  }
  if (victim === ZOMBIE) return freeze(second);
  const found = await waitFor(
    async () => {
      const now = (await city.processes()).find(({ name }) => name === victim);
      return now?.state === 'healthy' && now;
    },
    { what: `${victim} to run`, timeoutMs: RECOVERY_MS, intervalMs: 200 },
  );
  if (found.pid === undefined) throw new Error(`${victim} has no process to kill`);
  process.kill(found.pid, 'SIGKILL');
}

/** Stops a member in whatever it does, and lets it go on once another holds all partitions. */
async function freeze(member: ChildProcess): Promise<void> {
  member.kill('SIGSTOP');
  try {
    await waitFor(
      async () => {
        const [row] = await city.hub.query<{ owners: number }>(
          'SELECT COUNT(DISTINCT owner) AS owners FROM civicbus_offset',
        );
        return Number(row?.owners) === 1;
      },
      { what: 'the others to take over', timeoutMs: RECOVERY_MS, intervalMs: 200 },
    );
  } finally {
    member.kill('SIGCONT');
  }
}

/** A member outside of the supervisor, so that the group changes its members too; begun again when it ends. */
function startSecondMember(): ChildProcess {
  const args = [
    'cli/main.ts',
    'run',
    'view',
    'population',
    '--session-timeout',
    '10',
    '--stack',
    city.home,
  ];
  const member = spawn(process.execPath, args, { cwd: PROJECT, stdio: 'ignore' });
  member.on('exit', () => {
    if (second === member && !lifetime.signal.aborted) second = startSecondMember();
  });
  return member;
}
