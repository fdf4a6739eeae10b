/** An error as the person or program that ran the command is told it, and the exit code that goes with it. */
import { CommanderError } from 'commander';
import { EXIT } from '../bus/base/codes/code.ts';
import {
  BusError,
  entryOf,
  messageOf,
  type Problem,
  problemLine,
  ProblemsError,
} from '../bus/base/errors.ts';
import { text } from '../bus/base/text.ts';
import { problemJson, toJson } from './output/output.ts';
import type { Paints } from './output/paint.ts';

export type Failure = {
  readonly code: string;
  readonly message: string;
  readonly cause?: string;
  readonly remedy: string;
  readonly problems?: readonly Problem[];
  readonly exitCode: number;
};

/** What `error` means; anything that is not ours is a bug. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return usageFailure(error);
  const known =
    error instanceof BusError ? error : new BusError('BUS_BUG', { what: messageOf(error) }, error);
  return {
    code: known.code,
    message: known.message,
    cause: text(`${known.code}.cause`, known.details),
    remedy: known.remedy,
    ...(known instanceof ProblemsError ? { problems: known.problems } : {}),
    exitCode: EXIT[entryOf(known.code).exit],
  };
}

function usageFailure(error: CommanderError): Failure {
  const message = error.message.replace(/^error: /, '').trim();
  const usage = new BusError('CLI_USAGE', { what: message }, error);
  return { code: usage.code, message, remedy: usage.remedy, exitCode: EXIT.usage };
}

/** `{error:{code,message,remedy,problems?}}` */
export function failureJson({ code, message, remedy, problems }: Failure): string {
  const listed = problems?.map(problemJson);
  return toJson({ error: { code, message, remedy, ...(listed ? { problems: listed } : {}) } });
}

export function failureText(failure: Failure, paints: Paints): string {
  const { code, message, cause, remedy, problems = [] } = failure;
  return [
    ...problems.map((problem) => `  ${problemLine(problem)}`),
    `${paints.bad(text('cli.error'))} ${message} ${paints.dim(`[${code}]`)}`,
    ...(cause === undefined ? [] : [`  ${paints.dim(cause)}`]),
    `  ${remedy}`,
  ].join('\n');
}

/** The stack traces behind `error`, for --debug; they hold code places and driver texts. */
export function traceOf(error: unknown): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) lines.push(at.stack ?? '');
  return lines.join('\ncaused by ');
}
