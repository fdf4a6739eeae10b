/**
 * Our side: a fresh view and a fresh group each time. Time runs from the moment the first batch
 * is taken up until the commit of the last one.
 */
import { installOurs, startOurs } from '../sides/ours.ts';
import type { Site } from '../site.ts';
import type { Captured } from './capture.ts';
import { measure, type SideRun } from './side.ts';

export type OursOptions = {
  readonly round: number;
  /** Options of Node for the process, e.g. those of a CPU profile. */
  readonly nodeOptions?: readonly string[];
};

export async function runOurs(
  site: Site,
  captured: Captured,
  { round, nodeOptions = [] }: OursOptions,
): Promise<SideRun> {
  const installed = await installOurs(site, round);
  const { view } = installed;
  const ours = startOurs(site, installed, nodeOptions);
  const target = { database: view.database, table: view.entity.table };
  try {
    return await measure({ site, captured, side: 'ours', round, pid: ours.pid, target }, () =>
      ours.applied(captured.events),
    );
  } finally {
    await ours.end();
    await site.sql.hub.execute(`DROP DATABASE ${view.database}`);
  }
}
