/** The programs of the live city that run beside the services: consumers of views, the workload, and those of sharing pairs. */
import { join } from 'node:path';
import { VIEW_NODE_OPTIONS } from '../../bus/view/memory.ts';
import { identityOf } from '../../infra/native/process/identity.ts';
import type { ProcessSpec } from '../../infra/native/process/supervised-process.ts';
import { readStatusFile } from '../live/status-file.ts';

const MAIN = join(import.meta.dirname, '..', 'civicbus.mjs');
/** A consumer waits for a broker that is away, so it is given longer than any restart of one. */
const HEALTH_TIMEOUT_MS = 600_000;
/** A member that was killed is given up this soon, and its successor goes on. */
const SESSION_TIMEOUT = ['--session-timeout', '10'];
const GRACE_MS = 20_000;
const STATUS_MS_MAX = 5_000;

export type Program = ProcessSpec & { readonly statusFile: string };

export function viewProgram(view: string, home: string): Program {
  const args = ['run', 'view', view, ...SESSION_TIMEOUT];
  return program(`view-${view}`, { home, args, nodeOptions: VIEW_NODE_OPTIONS });
}

export function workloadProgram(ratePerSecond: number, home: string): Program {
  return program('workload', { home, args: ['run', 'workload', '--rate', String(ratePerSecond)] });
}

export function gatewayProgram(home: string): Program {
  return program('gateway', { home, args: ['run', 'gateway', ...SESSION_TIMEOUT] });
}

export function reconcilerProgram(home: string): Program {
  return program('reconciler', { home, args: ['run', 'reconciler'] });
}

/** Runs with what `configFile` says and nothing else of the stack. */
export function subscriberProgram(
  { agreement, configFile }: { readonly agreement: string; readonly configFile: string },
  home: string,
): Program {
  const args = ['run', 'subscriber', '--config', configFile, ...SESSION_TIMEOUT];
  return program(`subscriber-${agreement}`, { home, args, nodeOptions: VIEW_NODE_OPTIONS });
}

type Run = {
  readonly home: string;
  readonly args: readonly string[];
  readonly nodeOptions?: readonly string[];
};

function program(name: string, { home, args, nodeOptions = [] }: Run): Program {
  const statusFile = join(home, 'data', `${name}.status.json`);
  return {
    name,
    command: process.execPath,
    args: [...nodeOptions, MAIN, ...args, '--stack', home, '--status-file', statusFile],
    logFile: join(home, 'logs', `${name}.log`),
    restart: 'always',
    graceMs: GRACE_MS,
    healthTimeoutMs: HEALTH_TIMEOUT_MS,
    health: () => isReporting(statusFile),
    statusFile,
  };
}

/** A file left by an earlier life names a process that is gone. */
async function isReporting(statusFile: string): Promise<boolean> {
  const status = await readStatusFile(statusFile);
  if (!status || identityOf(status.pid) === undefined) return false;
  return Date.now() - status.atMs < STATUS_MS_MAX;
}
