/** `civicbus dev up`: the services alone, kept alive by a supervisor in the background. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BusError, type ErrorCode, isBusError } from '../../bus/base/errors.ts';
import { CODES } from '../../bus/base/codes.ts';
import { text } from '../../bus/base/text.ts';
import { readJson } from '../../infra/native/files.ts';
import type { Output } from '../output/output.ts';
import { cacheRoot, nativeStackAt } from '../stack/home.ts';
import { refuseSecond, runDetached, startLog } from './detached.ts';
import { PROJECT_FOLDER } from '../globals.ts';

const SUPERVISOR = join(PROJECT_FOLDER, 'infra', 'native', 'supervisor-main.ts');

const startError = z.object({
  code: z.string().refine((code) => Object.hasOwn(CODES, code)),
  details: z.record(z.string(), z.unknown()),
});

/** Resolves with the supervisor's pid once every service is healthy. Throws what kept it from it. */
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
  const errorFile = join(home, 'supervisor.start-error.json');
  const logFile = startLog(home);
  const stack = nativeStackAt(home);
  const argument = JSON.stringify({ home, cacheRoot: cacheRoot(), fresh, errorFile });
  const isUp = () =>
    stack.endpoints().then(
      () => true,
      () => false,
    );
  out.hint(text('cli.start.detaching', { logFile }));
  try {
    const program = { args: [SUPERVISOR, argument], logFile, isUp };
    return await runDetached(program, { out: () => {}, err: (line) => out.hint(line.trimEnd()) });
  } catch (error) {
    if (!isBusError(error, 'CLI_START_FAILED')) throw error;
    const found = startError.safeParse(await readJson(errorFile)).data;
    if (!found) throw error;
    throw new BusError(found.code as ErrorCode, found.details, error);
  }
}
