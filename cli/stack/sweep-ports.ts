/** What a sweep needs of a running stack: the hub, the broker and the captures, as the operator. */
import { join } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import type { Log } from '../../bus/base/log.ts';
import type { KafkaBus } from '../../bus/kafka/kafka.ts';
import type { SweepPorts } from '../../bus/view/sweep/sweep.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { findSourceFiles, loadSources } from '../../connectors/load-source.ts';
import { createReread } from '../../connectors/reread.ts';
import type { Source } from '../../connectors/source.ts';
import { PROJECT_FOLDER } from '../globals.ts';
import type { StackAccess } from './access.ts';

/** The folder of the sources that come with civicbus. */
const SOURCES_FOLDER = join(PROJECT_FOLDER, 'connectors');

export type SweepAccess = {
  readonly access: StackAccess;
  readonly log: Log;
  /** Folder with <source>/source.yaml; default: the project's. */
  readonly sourcesFolder?: string;
};

export async function openSweepPorts(view: ViewModel, given: SweepAccess): Promise<SweepPorts> {
  const { access, log, sourcesFolder = SOURCES_FOLDER } = given;
  const [database, admin, registry, kafka] = await Promise.all([
    access.hub(view.database),
    access.admin(),
    access.registry(),
    operatorKafka(access),
  ]);
  const reread = createReread({
    kafka,
    admin,
    fetchSchema: (id) => registry.schemaById(id),
    source: (name) => declaredSource(name, sourcesFolder),
    log,
  });
  return { database, admin, reread };
}

/** The broker as its administrator, who may read every topic. */
export function operatorKafka(access: StackAccess): Promise<KafkaBus> {
  return access.kafkaAs(access.endpoints.kafka.admin);
}

async function declaredSource(name: string, folder: string): Promise<Source> {
  const loaded = await loadSources(await findSourceFiles(folder));
  const found = loaded.find(({ source }) => source.name === name);
  if (found) return found.source;
  const known = loaded.map(({ source }) => source.name).join(', ');
  throw new BusError('CLI_NOT_FOUND', { kind: 'source', name, known });
}
