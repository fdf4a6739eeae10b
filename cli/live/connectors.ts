/** Connectors as the worker shows them, with the one sentence that says why one failed. */
import type { ConnectCluster, ConnectorState, ConnectorStatus } from '../../bus/connect/connect.ts';
import { worstState } from '../../bus/plan/actual.ts';
import { ownerOf } from '../../bus/plan/ownership.ts';
import { brokenFirst, type Health } from '../output/paint.ts';

export type ConnectorItem = {
  readonly name: string;
  /** The source that it captures; undefined for a connector of somebody else. */
  readonly source?: string;
  readonly state: ConnectorState;
  readonly health: Health;
  readonly tasksRunning: number;
  readonly tasks: number;
  /** The innermost cause of the first failed task. */
  readonly cause?: string;
};

/** Every connector, broken first. Throws CONNECT_* codes. */
export async function readConnectors(connect: ConnectCluster): Promise<ConnectorItem[]> {
  const items = (await connect.list()).map(connectorItem);
  return brokenFirst(items, (item) => item);
}

export function connectorItem(status: ConnectorStatus): ConnectorItem {
  const { name, tasks } = status;
  const state = worstState(status);
  const tasksRunning = tasks.filter((task) => task.state === 'running').length;
  const source = ownerOf('connector', name)?.replace('source/', '');
  const cause = causeOf(tasks.find((task) => task.trace !== undefined)?.trace);
  return {
    name,
    ...(source === undefined ? {} : { source }),
    state,
    health: healthOf({ state, tasksRunning, tasks: tasks.length }),
    tasksRunning,
    tasks: tasks.length,
    ...(cause === undefined ? {} : { cause }),
  };
}

function healthOf({
  state,
  tasksRunning,
  tasks,
}: Pick<ConnectorItem, 'state' | 'tasksRunning' | 'tasks'>): Health {
  if (state === 'failed' || state === 'unassigned') return 'bad';
  if (state === 'paused' || state === 'stopped') return 'attention';
  return state === 'running' && tasks > 0 && tasksRunning === tasks ? 'good' : 'attention';
}

/** A Java trace ends with what was wrong in the first place. */
export function causeOf(trace: string | undefined): string | undefined {
  if (trace === undefined) return undefined;
  const lines = trace.split('\n').map((line) => line.trim());
  const causes = lines.filter((line) => line.startsWith('Caused by: '));
  return (causes.at(-1) ?? lines[0] ?? '').replace('Caused by: ', '');
}
