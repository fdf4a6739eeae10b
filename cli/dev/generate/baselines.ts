/**
 * The committed Avro baselines of all declared sources and of the captured views. A source that is wrong itself is told and
 * left out, so that it stands in nobody else's way; the command fails all the same.
 */
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { problemLine, ProblemsError } from '../../../bus/base/errors.ts';
import { BASELINE_FOLDER, baselineFiles } from '../../../connectors/baseline.ts';
import { findSourceFiles, loadSources, type SourceFile } from '../../../connectors/load-source.ts';
import { findViewFiles, loadView, VIEWS_FOLDER } from '../../../consumers/view-files.ts';
import { capturesOf } from '../../apply/view-capture.ts';
import { PROJECT_FOLDER } from '../../globals.ts';

export type Baselines = {
  /** Content by path from the project's root. */
  readonly files: ReadonlyMap<string, string>;
  /** Committed files of tables that nobody declares any more. */
  readonly surplus: readonly string[];
  /** What is wrong with sources, one line each. */
  readonly problems: readonly string[];
};

export async function allBaselines(): Promise<Baselines> {
  const files = new Map<string, string>();
  const problems: string[] = [];
  const add = async (load: () => Promise<readonly SourceFile[]>) => {
    try {
      const sources = (await load()).map(({ source }) => source);
      for (const [path, content] of baselineFiles(sources)) files.set(path, content);
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      problems.push(...error.problems.map(problemLine));
    }
  };
  for (const file of await findSourceFiles(join(PROJECT_FOLDER, 'connectors')))
    await add(() => loadSources([file]));
  // What the hub makes of them is captured too, for sharing pairs.
  for (const file of await findViewFiles(VIEWS_FOLDER))
    await add(async () => capturesOf([{ file, view: await loadView(file) }]));
  const surplus = problems.length > 0 ? [] : await surplusOf(files);
  return { files, surplus, problems };
}

async function surplusOf(files: ReadonlyMap<string, string>): Promise<string[]> {
  const surplus: string[] = [];
  for await (const file of glob('**/*.avsc', { cwd: join(PROJECT_FOLDER, BASELINE_FOLDER) })) {
    const path = `${BASELINE_FOLDER}/${file}`;
    if (!files.has(path)) surplus.push(path);
  }
  return surplus.toSorted();
}
