/** What is shared in the benchmark: one resource of each of the three views that come with civicbus. */
import { join } from 'node:path';
import { loadAgreementsFolder } from '../../bus/agreement/document/folder.ts';
import type { Resource } from '../../bus/agreement/resource.ts';
import { must } from '../../bus/base/assert.ts';
import { resourcesOf } from '../../bus/pair/resources.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { findSourceFiles, loadSources } from '../../connectors/load-source.ts';
import { findViewFiles, loadView, VIEWS_FOLDER } from '../../consumers/view-files.ts';

const PROJECT = join(import.meta.dirname, '../..');
const SHARED = ['population/person', 'legal-entity/legal_entity', 'property/presale_contract'];

export type Shared = {
  readonly views: readonly ViewModel[];
  readonly resources: readonly Resource[];
};

export async function loadShared(): Promise<Shared> {
  const [{ catalogue }, viewFiles, sourceFiles] = await Promise.all([
    loadAgreementsFolder(join(PROJECT, 'agreements')),
    findViewFiles(VIEWS_FOLDER),
    findSourceFiles(join(PROJECT, 'connectors')),
  ]);
  const sources = (await loadSources(sourceFiles)).map(({ source }) => source);
  const all = await Promise.all(viewFiles.map(loadView));
  const known = all.flatMap((view) => resourcesOf(view, catalogue, sources));
  const resources = SHARED.map((id) =>
    must(
      known.find((one) => one.id === id),
      `the resource ${id}`,
    ),
  );
  const views = all.filter(({ name }) => resources.some(({ view }) => view === name));
  return { views, resources };
}
