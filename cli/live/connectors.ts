/** Connectors as the worker shows them, with the one sentence that says why one failed. */
import type { ConnectCluster, ConnectorState, ConnectorStatus } from '../../bus/connect/connect.ts';
import { worstState } from '../../bus/plan/actual.ts';
import { ownerOf } from '../../bus/plan/ownership.ts';
import { failureOf } from '../../connectors/task-failure.ts';
import { brokenFirst, type Health } from '../output/paint.ts';

export type ConnectorItem = {
  readonly name: string;
  /** The source that it captures; undefined for a connector of somebody else. */
  readonly source?: string;
  readonly state: ConnectorState;
  readonly health: Health;
  readonly tasksRunning: number;
  readonly tasks: number;
  /** The innermost cause of the first failed task; never the value of a row. */
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
  const cause = failureOf(status);
  return {
    name,
    ...(source === undefined ? {} : { source }),
    state,
    health: healthOf({ state, tasksRunning, tasks: tasks.length }),
    tasksRunning,
    tasks: tasks.length,
    ...(cause === '' ? {} : { cause }),
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
