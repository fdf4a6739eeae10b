import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { must } from '../../../../bus/base/assert.ts';
import { silentLog } from '../../../../bus/base/log.ts';
import { waitFor } from '../../../../bus/base/retry.ts';
import { identityOf, isAlive } from '../../../../infra/native/process/identity.ts';
import type { ProcessSpec } from '../../../../infra/native/process/supervised-process.ts';
import {
  readState,
  reapLeftovers,
  Supervisor,
} from '../../../../infra/native/process/supervisor.ts';
import { scratchFolder } from '../../../support/scratch.ts';

const folder = scratchFolder();
const supervisors: Supervisor[] = [];
let homes = 0;

afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor.stopAll([]);
});

function newSupervisor(): { readonly supervisor: Supervisor; readonly stateFile: string } {
  const stateFile = join(folder, `home-${homes++}`, 'state.json');
  const supervisor = new Supervisor({ stateFile, log: silentLog });
  supervisors.push(supervisor);
  return { supervisor, stateFile };
}

function sleeper(name: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  const logFile = join(folder, `${name}-${homes}.log`);
  return { name, command: 'sleep', args: ['600'], logFile, restart: 'always', ...more };
}

function statusOf(supervisor: Supervisor, name: string) {
  return must(
    supervisor.status().find((status) => status.name === name),
    `status of ${name}`,
  );
}

const LIMIT = { timeoutMs: 10_000 };

describe('superviseProcess', () => {
  test('runs a program in a session of its own and notes pid and start time in the state file', async () => {
    const { supervisor, stateFile } = newSupervisor();
    await supervisor.superviseProcess(sleeper('one', { address: '127.0.0.1:1' }));
    await supervisor.flush();
    const { identity } = statusOf(supervisor, 'one');
    const { pid } = must(identity, 'a running process');
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toBe('sleep\x00600\x00');
    // Field 6 of stat is the session.
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[5]).toBe(String(pid));
    expect(await readState(stateFile)).toEqual({
      version: 1,
      supervisor: identityOf(process.pid),
      processes: [
        {
          name: 'one',
          state: 'healthy',
          restarts: 0,
          identity,
          logFile: expect.any(String) as unknown,
          address: '127.0.0.1:1',
        },
      ],
    });
  });

  test('starts a program again that was killed with kill -9, and counts it', async () => {
    const { supervisor } = newSupervisor();
    await supervisor.superviseProcess(sleeper('one'));
    for (const restarts of [1, 2]) {
      const before = must(statusOf(supervisor, 'one').identity, 'a running process');
      process.kill(before.pid, 'SIGKILL');
      const after = await waitFor(
        () => {
          const status = statusOf(supervisor, 'one');
          return status.state === 'healthy' && status.restarts === restarts && status;
        },
        { what: 'the restart', ...LIMIT },
      );
      expect(after.identity).not.toEqual(before);
    }
  });

  test('resolves only once the health check says yes', async () => {
    const { supervisor } = newSupervisor();
    let asked = 0;
    const health = async () => ++asked >= 3;
    await supervisor.superviseProcess(sleeper('one', { health }));
    expect(asked).toBe(3);
    expect(statusOf(supervisor, 'one').state).toBe('healthy');
  });

  test('gives up on a program that ends at once, with its last words in the log', async () => {
    const { supervisor } = newSupervisor();
    const args = ['-c', 'echo cannot work >&2; exit 7'];
    const spec = sleeper('broken', { command: 'sh', args, health: async () => false });
    await expect(supervisor.superviseProcess(spec)).rejects.toMatchObject({
      code: 'STACK_SERVICE_FAILED',
      details: { service: 'broken', why: 'ended with exit code 7', logFile: spec.logFile },
    });
    expect(statusOf(supervisor, 'broken')).toMatchObject({ state: 'failed', restarts: 1 });
    expect(readFileSync(spec.logFile, 'utf8')).toBe('cannot work\ncannot work\n');
  });

  test('gives up on a program that never becomes healthy, and leaves nothing of it', async () => {
    const { supervisor } = newSupervisor();
    const spec = sleeper('mute', { health: async () => false, healthTimeoutMs: 200 });
    await expect(supervisor.superviseProcess(spec)).rejects.toMatchObject({
      code: 'STACK_SERVICE_FAILED',
      message: expect.stringContaining('Waited 200 ms for "mute" to serve') as unknown,
    });
    expect(statusOf(supervisor, 'mute').identity).toBeUndefined();
  });

  test('says so when there is no such program', async () => {
    const { supervisor } = newSupervisor();
    const spec = sleeper('absent', { command: '/no/such/program' });
    await expect(supervisor.superviseProcess(spec)).rejects.toMatchObject({
      code: 'STACK_SERVICE_FAILED',
    });
  });

  test('lets a program that is not to be restarted end by itself', async () => {
    const { supervisor } = newSupervisor();
    const args = ['-c', 'sleep 0.2; exit 0'];
    await supervisor.superviseProcess(sleeper('job', { command: 'sh', args, restart: 'never' }));
    await waitFor(() => statusOf(supervisor, 'job').state === 'stopped', {
      what: 'the end of the job',
      ...LIMIT,
    });
    expect(statusOf(supervisor, 'job').restarts).toBe(0);
  });
});

describe('stopAll', () => {
  test('ends every program, the named ones in their order and the others before them', async () => {
    const { supervisor } = newSupervisor();
    const order = join(folder, `order-${homes}`);
    writeFileSync(order, '');
    const ready = (name: string) => join(folder, `ready-${homes}-${name}`);
    const noting = (name: string) => {
      const script = `trap 'echo ${name} >> ${order}; exit 0' TERM; touch ${ready(name)}; while :; do sleep 0.05; done`;
      const health = async () => existsSync(ready(name));
      return sleeper(name, { command: 'sh', args: ['-c', script], health });
    };
    for (const name of ['b', 'a', 'extra']) await supervisor.superviseProcess(noting(name));
    const identities = supervisor.status().map(({ identity }) => must(identity, 'running'));
    await supervisor.stopAll(['a', 'b']);
    expect(readFileSync(order, 'utf8')).toBe('extra\na\nb\n');
    expect(identities.filter(isAlive)).toEqual([]);
  });

  test('ends what a program started and left behind', async () => {
    const { supervisor } = newSupervisor();
    const pidFile = join(folder, `left-${homes}`);
    const script = `sleep 601 & echo $! > ${pidFile}; wait`;
    const health = async () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n');
    await supervisor.superviseProcess(
      sleeper('parent', { command: 'sh', args: ['-c', script], health }),
    );
    const left = must(identityOf(Number(readFileSync(pidFile, 'utf8'))), 'running');
    await supervisor.stopAll([]);
    expect(await waitFor(() => !isAlive(left), { what: 'its end', ...LIMIT })).toBe(true);
  });

  test('kills what does not end within its grace', async () => {
    const { supervisor } = newSupervisor();
    const ready = join(folder, `ready-${homes}`);
    const script = `trap '' TERM; touch ${ready}; while :; do sleep 0.05; done`;
    const health = async () => existsSync(ready);
    const spec = sleeper('deaf', { command: 'sh', args: ['-c', script], health, graceMs: 200 });
    await supervisor.superviseProcess(spec);
    const identity = must(statusOf(supervisor, 'deaf').identity, 'running');
    await supervisor.stopAll([]);
    expect(isAlive(identity)).toBe(false);
  });

  test('ends a start that is still waiting, and lets nothing start afterwards', async () => {
    const { supervisor } = newSupervisor();
    const start = supervisor
      .superviseProcess(sleeper('slow', { health: async () => false }))
      .catch((error: unknown) => error);
    await waitFor(() => statusOf(supervisor, 'slow').identity, { what: 'the start', ...LIMIT });
    await supervisor.stopAll([]);
    expect(await start).toMatchObject({ code: 'BUS_ABORTED' });
    expect(statusOf(supervisor, 'slow').identity).toBeUndefined();
    await expect(supervisor.superviseProcess(sleeper('late'))).rejects.toMatchObject({
      code: 'BUS_ABORTED',
    });
  });
});

describe('after the supervisor was killed', () => {
  const HELPER = join(import.meta.dirname, 'supervisor-child.ts');

  async function killedSupervisor(signal: NodeJS.Signals) {
    const stateFile = join(folder, `home-${homes++}`, 'state.json');
    const child = spawn(process.execPath, [HELPER, stateFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    await once(must(child.stdout, 'stdout'), 'data');
    const state = must(await readState(stateFile), 'a state file');
    const identities = state.processes.map(({ identity }) => must(identity, 'running'));
    expect(identities.filter(isAlive)).toHaveLength(2);
    // To the whole process group, as a terminal sends Ctrl-C.
    process.kill(-must(child.pid, 'a pid'), signal);
    const [code] = (await once(child, 'exit')) as [number | null];
    return { stateFile, identities, code };
  }

  test('kill -9 of the supervisor leaves no process behind', async () => {
    const { identities } = await killedSupervisor('SIGKILL');
    const gone = () => !identities.some(isAlive);
    expect(await waitFor(gone, { what: 'the end of its processes', ...LIMIT })).toBe(true);
  });

  test('Ctrl-C reaches the supervisor alone, which ends its programs in order', async () => {
    const { identities, code, stateFile } = await killedSupervisor('SIGINT');
    expect(code).toBe(0);
    expect(identities.filter(isAlive)).toEqual([]);
    const state = must(await readState(stateFile), 'a state file');
    expect(state.processes.map(({ state: now }) => now)).toEqual(['stopped', 'stopped']);
  });

  test('what was recorded and still lives is ended by the next start, and nothing else', async () => {
    const left = spawn('sleep', ['600'], { stdio: 'ignore' });
    const other = spawn('sleep', ['600'], { stdio: 'ignore' });
    const identity = must(identityOf(must(left.pid, 'a pid')), 'running');
    const recycled = { pid: must(other.pid, 'a pid'), startTicks: '1' };
    const stateFile = join(folder, `state-${homes++}.json`);
    const process_ = (name: string, of: typeof identity) => ({
      name,
      state: 'healthy',
      restarts: 0,
      logFile: 'x',
      identity: of,
    });
    const processes = [process_('left', identity), process_('recycled', recycled)];
    writeFileSync(stateFile, JSON.stringify({ version: 1, processes }));
    expect(await reapLeftovers(stateFile)).toEqual(['left']);
    expect(isAlive(identity)).toBe(false);
    expect(identityOf(recycled.pid), 'a process that only has the same pid').toBeDefined();
    other.kill('SIGKILL');
  });
});
