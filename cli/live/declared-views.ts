/** Views known to this project, by name: those in consumers/, or those in the files given. */
import { BusError } from '../../bus/base/errors.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { findViewFiles, loadView, VIEWS_FOLDER } from '../../consumers/view-files.ts';

/** Every view declared in `paths`. Throws ProblemsError or BUS_FILE_UNREADABLE. */
export async function declaredViews(
  paths: readonly string[] = [VIEWS_FOLDER],
): Promise<readonly ViewModel[]> {
  const files = (await Promise.all(paths.map(findViewFiles))).flat();
  return Promise.all(files.map(loadView));
}

/** The view `name`. Throws CLI_NOT_FOUND with the names that there are. */
export async function declaredView(name: string, paths?: readonly string[]): Promise<ViewModel> {
  const views = await declaredViews(paths);
  const found = views.find((view) => view.name === name);
  if (found) return found;
  const known = views.map((view) => view.name).join(', ');
  throw new BusError('CLI_NOT_FOUND', { kind: 'view', name, known });
}
