/**
 * What every error code carries. The tables beside this file are the primary
 * definition of all error codes and their documentation: docs/errors.md is
 * generated from them, and the English texts are the message catalogue that other
 * languages follow key by key. `{{name}}` in a text is filled from the error's details.
 */
export type Reaction =
  /** A person must change a file, a flag, a setting or a right. */
  | 'fix-input'
  /** Trying again later can succeed without anybody doing anything. */
  | 'retry'
  /** Going on could lose or damage data: stop the unit and tell the operator. */
  | 'stop'
  /** civicbus itself is wrong. */
  | 'bug';

/** Process exit codes, the same in every command. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  changesPending: 3,
  notPermitted: 4,
  notFound: 5,
  rejected: 6,
  unreachable: 7,
  timedOut: 8,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof EXIT;

export type CodeEntry = {
  readonly reaction: Reaction;
  readonly exit: ExitName;
  /** What is wrong, with the value, and what was expected. */
  readonly message: string;
  /** Why this happens. */
  readonly cause: string;
  /** What to do now. */
  readonly remedy: string;
};

export type CodeTable = Readonly<Record<string, CodeEntry>>;
