/**
 * Runs the cases of a Java class of ours, which are Java too, in one process: compiled from the
 * sources against the jars that they run with. Answers "ok NAME" or "not ok NAME: why" per case.
 */
import { join, resolve } from 'node:path';
import { cacheRoot } from '../../../../cli/stack/home.ts';
import { ensureCache } from '../../../../infra/native/cache/cache.ts';
import { JAVA_FOLDER, type OwnJar } from '../../../../infra/native/cache/coordinates.ts';
import { mustRun } from '../../../../infra/native/run-command.ts';

/** `check` names the class of the cases, in a file beside this one; `classes` is an empty folder. */
export async function runCases(
  own: OwnJar,
  { check, classes }: { readonly check: string; readonly classes: string },
): Promise<readonly string[]> {
  const cache = await ensureCache(cacheRoot(), { onStep: () => undefined });
  const jars = [join(cache.plugins, own.plugins[0], '*'), cache.kafkaClassPath];
  const sources = own.sources.map((file) => join(JAVA_FOLDER, file));
  const cases = resolve(import.meta.dirname, `${check}.java`);
  const compiling = ['--release', '17', '-d', classes, '-cp', jars.join(':'), ...sources, cases];
  await mustRun({ command: 'javac', args: compiling }, `compiling ${check}`);
  // Before the jars: the plugin's folder holds the compiled class of the last set-up too.
  const running = ['-Xmx256m', '-cp', [classes, ...jars].join(':'), check];
  const said = await mustRun({ command: 'java', args: running }, `running ${check}`);
  return said.split('\n').filter((line) => /^(?:not )?ok /.test(line));
}
