/** The project's formatter on one generated text, so that the format check has nothing to say about it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'oxfmt';
import { PROJECT_FOLDER } from '../../globals.ts';

/** `content` as oxfmt writes a file of this name. Throws with the formatter's own words. */
export async function formatted(path: string, content: string): Promise<string> {
  const { ignorePatterns: _, ...options } = JSON.parse(
    await readFile(join(PROJECT_FOLDER, '.oxfmtrc.json'), 'utf8'),
  ) as Record<string, unknown>;
  const { code, errors } = await format(path, content, options);
  if (errors.length > 0) throw new TypeError(`${path}: ${JSON.stringify(errors)}`);
  return code;
}
