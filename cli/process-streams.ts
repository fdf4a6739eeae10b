/** The streams of a real process. A reader that went away (`| head`) ends the command quietly. */
import { writeSync } from 'node:fs';
import { EXIT } from '../bus/base/codes/code.ts';
import type { Streams } from './output/output.ts';

type Process = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env' | 'exit'>;

export function processStreams(process: Process): Streams {
  return {
    out: (text) => writeAll(1, text, process),
    err: (text) => writeAll(2, text, process),
  };
}

/** Synchronous, so that nothing is lost when the command ends; a full pipe is waited for. */
function writeAll(descriptor: 1 | 2, text: string, process: Process): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EAGAIN') continue;
      if (code === 'EPIPE') process.exit(EXIT.ok);
      throw error;
    }
  }
}

/** Colours only where a person reads standard output and did not refuse them. */
export function colorIn({ stdout, env }: Process): boolean {
  const refused = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return stdout.isTTY === true && !refused && env['TERM'] !== 'dumb';
}
