/** `civicbus dev up`: the services alone, kept alive by a supervisor in the background. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from '../../bus/base/text.ts';
import type { Output } from '../output/output.ts';
import { refuseSecond, runDetached, startLog } from './detached.ts';
import { clearMark, liveMark } from './live-mark.ts';

const SUPERVISOR = join(import.meta.dirname, 'services.ts');

/** Resolves with the supervisor's pid once every service is healthy. Throws CLI_START_FAILED, STACK_RUNNING. */
export async function upDetached({
  home,
  fresh,
  out,
}: {
  readonly home: string;
  readonly fresh: boolean;
  readonly out: Output;
}): Promise<number> {
  await refuseSecond(home);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await clearMark(home);
  const logFile = startLog(home);
  out.hint(text('cli.start.detaching', { logFile }));
  const isUp = async (pid: number) => (await liveMark(home)) === pid;
  const program = { args: [SUPERVISOR, home, fresh ? 'fresh' : 'kept'], logFile, isUp };
  return runDetached(program, { out: () => {}, err: (lines) => out.hint(lines.trimEnd()) });
}
