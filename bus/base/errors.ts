/**
 * The one error type of the bus. Callers branch on `code` or `reaction`, never on the
 * text; an adapter reads its driver's text once and maps it here. `details` hold plain
 * facts and never a personal value: they go into logs.
 */
import { CODES, type ErrorCode } from './codes.ts';
import type { CodeEntry, Reaction } from './codes/code.ts';
import { text, type TextValues } from './text.ts';

export type { ErrorCode } from './codes.ts';

export class BusError extends Error {
  override readonly name = 'BusError';
  readonly code: ErrorCode;
  readonly reaction: Reaction;
  readonly details: TextValues;

  constructor(code: ErrorCode, details: TextValues = {}, cause?: unknown) {
    super(text(code, details), cause === undefined ? {} : { cause });
    this.code = code;
    this.reaction = entryOf(code).reaction;
    this.details = details;
  }

  /** What the reader can do about it. */
  get remedy(): string {
    return text(`${this.code}.remedy`, this.details);
  }
}

/** One thing wrong with an input. `path` is dotted inside the file ("tables[0].key"). */
export type Problem = {
  readonly file?: string;
  readonly path?: string;
  readonly message: string;
  readonly remedy?: string;
};

/** Everything wrong with an input at once. */
export class ProblemsError extends BusError {
  readonly problems: readonly Problem[];

  constructor(where: string, problems: readonly Problem[]) {
    super('BUS_PROBLEMS', { where, count: problems.length });
    this.problems = problems;
  }
}

/** "file: path: message", as far as known. */
export function problemLine(problem: Problem): string {
  const prefix = [problem.file, problem.path].filter(Boolean).map((part) => `${part}: `);
  const remedy = problem.remedy === undefined ? '' : ` ${problem.remedy}`;
  return `${prefix.join('')}${problem.message}${remedy}`;
}

export function entryOf(code: ErrorCode): CodeEntry {
  return CODES[code];
}

export function isBusError(error: unknown, ...codes: readonly ErrorCode[]): error is BusError {
  return error instanceof BusError && (codes.length === 0 || codes.includes(error.code));
}

/** The reaction an error calls for; anything that is not ours is a bug. */
export function reactionTo(error: unknown): Reaction {
  return error instanceof BusError ? error.reaction : 'bug';
}

/** A one-line text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
