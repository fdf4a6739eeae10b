/**
 * What registering a command needs. Registrations are light: the work behind a command is
 * imported when it runs, so that --help and a mistyped flag answer at once.
 */
import type { Command } from 'commander';
import type { ExitName } from '../bus/base/codes/code.ts';
import { text } from '../bus/base/text.ts';
import type { Cli } from './globals.ts';

/** The work of a command; answers its exit code, 'ok' if none. */
export type Work<Args extends unknown[]> = (cli: Cli, ...args: Args) => Promise<ExitName | void>;

/** Turns work, imported at its first use, into commander's action. */
export type Run = <Args extends unknown[]>(
  load: () => Promise<Work<Args>>,
) => (...args: Args) => Promise<void>;

export type Register = (program: Command, run: Run) => void;

const EXAMPLES = new WeakMap<Command, readonly string[]>();

/** Help leads with examples. */
export function addExamples(command: Command, examples: readonly string[]): Command {
  EXAMPLES.set(command, examples);
  const lines = examples.map((example) => `  ${example}`).join('\n');
  return command.addHelpText('before', `${text('cli.examples')}\n${lines}\n`);
}

/** The examples of a command, for documents. */
export function examplesOf(command: Command): readonly string[] {
  return EXAMPLES.get(command) ?? [];
}

/** A command whose work is in its subcommands; by itself it shows its help and ends with 2. */
export function addGroup(program: Command, name: string, examples: readonly string[]): Command {
  const group = program
    .command(name)
    .description(text(`cli.${name}.description`))
    .helpCommand(false);
  return addExamples(group, examples);
}

/** For commands about declared views: look for them elsewhere than in consumers/. */
export function addViewFiles(command: Command): Command {
  return command.option('-f, --file <path...>', text('cli.flag.viewFile'), collectPaths);
}

export type ViewFiles = { readonly file?: readonly string[] };

/** `-f A -f B` and `-f A B` mean the same. */
export function collectPaths(path: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, path];
}
