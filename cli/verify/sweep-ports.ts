/** What a sweep works with on a running stack: the hub as an operator, the broker, and the captures. */
import { join } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import type { Log } from '../../bus/base/log.ts';
import type { SweepPorts } from '../../bus/view/sweep/sweep.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { createReread } from '../../connectors/reread.ts';
import { PROJECT_FOLDER } from '../globals.ts';
import type { StackAccess } from '../stack/access.ts';
import { declaredSources } from './sources.ts';

export async function sweepPorts(
  view: ViewModel,
  {
    access,
    paths,
    log,
  }: {
    readonly access: StackAccess;
    readonly paths: readonly string[] | undefined;
    readonly log: Log;
  },
): Promise<SweepPorts> {
  const sources = await declaredSources(paths, join(PROJECT_FOLDER, 'connectors'));
  const [database, admin, registry, kafka] = await Promise.all([
    access.hub(view.database),
    access.admin(),
    access.registry(),
    access.kafkaAs(access.endpoints.kafka.admin),
  ]);
  return {
    database,
    admin,
    reread: createReread({
      kafka,
      admin,
      fetchSchema: (id) => registry.schemaById(id),
      source: async (name) => {
        const source = sources.get(name);
        if (source) return source;
        const known = [...sources.keys()].join(', ');
        throw new BusError('CLI_NOT_FOUND', { kind: 'source', name, known });
      },
      log,
    }),
  };
}
