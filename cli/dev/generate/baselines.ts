/**
 * The committed Avro baselines of all declared sources. A source that is wrong itself is told and
 * left out, so that it stands in nobody else's way; the command fails all the same.
 */
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { problemLine, ProblemsError } from '../../../bus/base/errors.ts';
import { BASELINE_FOLDER, baselineFiles } from '../../../connectors/baseline.ts';
import { findSourceFiles, loadSources } from '../../../connectors/load-source.ts';
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
  for (const file of await findSourceFiles(join(PROJECT_FOLDER, 'connectors'))) {
    try {
      const loaded = await loadSources([file]);
      const sources = loaded.map(({ source }) => source);
      for (const [path, content] of baselineFiles(sources)) files.set(path, content);
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      problems.push(...error.problems.map(problemLine));
    }
  }
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
