/** What Connect knows of a source's capture: does it run, and what has it committed. */
import type { ConnectCluster } from '../connect/connect.ts';

export async function connectorState(
  connect: ConnectCluster,
  connector: string,
): Promise<{ readonly running: boolean; readonly offset: Readonly<Record<string, unknown>> }> {
  const [status, offsets] = await Promise.all([
    connect.statusOf(connector),
    // A worker that is just rebalancing cannot tell; it is asked again.
    connect.offsetsOf(connector).catch(() => []),
  ]);
  const running =
    status?.state === 'running' &&
    status.tasks.length > 0 &&
    status.tasks.every(({ state }) => state === 'running');
  return { running, offset: (offsets[0]?.offset ?? {}) as Readonly<Record<string, unknown>> };
}
