/** The flags that every command has, and what a command is given to work with. */
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGES, type Language, text } from '../bus/base/text.ts';
import type { Log } from '../bus/base/log.ts';
import type { Interrupts } from './interrupts.ts';
import type { Output } from './output/output.ts';
import type { StackAccess } from './stack/access.ts';

export const OUTPUT_FORMATS = ['table', 'json'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export type Globals = {
  readonly output: OutputFormat;
  /** Folder of the stack's data, logs and endpoints.json; absolute. */
  readonly stack: string;
  /** Limit of waiting, where a command waits; undefined: the command's own limit. */
  readonly timeoutMs: number | undefined;
  readonly color: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  readonly lang: Language;
};

/** What a command works with; made once per invocation and closed after it. */
export type Cli = {
  readonly globals: Globals;
  readonly out: Output;
  readonly log: Log;
  readonly interrupts: Interrupts;
  /** Connects to nothing by itself; throws STACK_NOT_RUNNING when there is no stack. */
  readonly openStack: () => Promise<StackAccess>;
};

/** The folder that holds connectors/, consumers/ and cli/. */
export const PROJECT_FOLDER = resolve(import.meta.dirname, '..');
export const DEFAULT_STACK = '.civicbus/dev';

export function addGlobalOptions(program: Command): void {
  program
    .addOption(
      new Option('-o, --output <format>', text('cli.global.output'))
        .choices([...OUTPUT_FORMATS])
        .default('table'),
    )
    .addOption(new Option('--stack <folder>', text('cli.global.stack')).env('CIVICBUS_STACK'))
    .option('--timeout <seconds>', text('cli.global.timeout'), positiveNumber)
    .option('--no-color', text('cli.global.color'))
    .option('-q, --quiet', text('cli.global.quiet'), false)
    .option('--debug', text('cli.global.debug'), false)
    .addOption(
      new Option('--lang <language>', text('cli.global.lang'))
        .choices([...LANGUAGES])
        .default('en'),
    );
}

type RawGlobals = {
  readonly output: OutputFormat;
  readonly stack?: string;
  readonly timeout?: number;
  readonly color: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  readonly lang: Language;
};

/** The parsed flags of `program`; `mayColor` is whether the terminal takes colours. */
export function globalsOf(program: Command, mayColor: boolean): Globals {
  const { stack, timeout, color, ...rest } = program.opts<RawGlobals>();
  return {
    ...rest,
    stack: stack === undefined ? resolve(PROJECT_FOLDER, DEFAULT_STACK) : resolve(stack),
    timeoutMs: timeout === undefined ? undefined : timeout * 1_000,
    color: color && mayColor,
  };
}

/** For commander: a number above 0. */
export function positiveNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number <= 0) {
    throw new InvalidArgumentError(text('cli.problem.positive'));
  }
  return number;
}

/** For commander: a whole number, 0 or above. */
export function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError(text('cli.problem.whole'));
  return Number(value);
}
