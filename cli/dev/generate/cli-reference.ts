/** docs/cli.md: every command with its examples and flags, from the command tree itself. */
import type { Argument, Command, Option } from 'commander';
import { text } from '../../../bus/base/text.ts';
import { examplesOf, type Run } from '../../command.ts';
import { buildProgram } from '../../program.ts';
import { startCommand } from '../start-options.ts';

const NOWHERE = { out: () => {}, err: () => {} };
/** Nothing is run here: the tree alone is read. */
const neverRun: Run = () => async () => {};

export function cliReference(): string {
  const program = buildProgram({ run: neverRun, streams: NOWHERE, columns: 100 });
  const leaves = commandsOf(program);
  return [
    '<!-- Generated from the command tree by `npm run generate`; do not edit. -->',
    '',
    '# The civicbus command',
    '',
    'Run it as `npm run -s civicbus -- …`, as `npx civicbus …`, or as `node cli/civicbus.mjs …`.',
    '',
    text('cli.exitCodes'),
    '',
    'With `-o json` standard output is one object `{apiVersion, kind, items, warnings}`, and an error is one object `{error: {code, message, remedy, problems?}}` on standard error. Offsets are text there, because JSON numbers end at 2^53 in most readers.',
    '',
    '## Flags of every command',
    '',
    ...optionLines(program.options),
    ...leaves.flatMap(commandLines),
    ...commandLines(startCommand(NOWHERE)),
    '',
  ].join('\n');
}

/** Commands that do something, in the order of the help. */
function commandsOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(commandsOf);
}

function commandLines(command: Command): string[] {
  return [
    '',
    `## ${pathOf(command)}`,
    '',
    command.description(),
    '',
    '```sh',
    ...examplesOf(command),
    '```',
    ...section(command.registeredArguments, argumentLines),
    ...section(command.options, optionLines),
  ];
}

function section<T>(items: readonly T[], lines: (items: readonly T[]) => string[]): string[] {
  return items.length === 0 ? [] : ['', ...lines(items)];
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function argumentLines(items: readonly Argument[]): string[] {
  return table(
    'argument',
    items.map((one) => [argumentName(one), one.description]),
  );
}

function argumentName(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function optionLines(items: readonly Option[]): string[] {
  return table(
    'flag',
    items.map((one) => [one.flags, meaningOf(one)]),
  );
}

function meaningOf({ description, argChoices, defaultValue, envVar }: Option): string {
  const isPlain = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return [
    description,
    ...(argChoices ? [`one of ${argChoices.join(', ')}`] : []),
    ...(isPlain ? [`default ${defaultValue}`] : []),
    ...(envVar === undefined ? [] : [`environment ${envVar}`]),
  ].join('; ');
}

function table(title: string, rows: readonly (readonly [string, string])[]): string[] {
  const cell = (content: string) => content.replaceAll('|', '\\|');
  return [
    `| ${title} | meaning |`,
    '| --- | --- |',
    ...rows.map(([name, meaning]) => `| \`${cell(name)}\` | ${cell(meaning)} |`),
  ];
}
