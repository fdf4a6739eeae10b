/** Texts that tell what to type name commands that exist. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Command } from 'commander';
import { CODES } from '../../bus/base/codes.ts';
import { cliReference } from '../../cli/dev/generate/cli-reference.ts';
import { errorReference } from '../../cli/dev/generate/error-reference.ts';
import { PROJECT_FOLDER } from '../../cli/globals.ts';
import { CLI_TEXTS } from '../../cli/messages/en.ts';
import { buildProgram } from '../../cli/program.ts';

const program = buildProgram({
  run: () => async () => {},
  streams: { out: () => {}, err: () => {} },
  columns: 100,
});

/** The words after "civicbus" in a text, where they are a command line and not prose. */
function commandsIn(content: string): string[] {
  return [...content.matchAll(/civicbus((?: [a-z][a-z-]*)+)/g)].map(([, words = '']) =>
    words.trim(),
  );
}

const NOTHING = '(nothing)';

/** The first word that is no subcommand where one is needed. */
function unknownWord(words: readonly string[], command: Command = program): string | undefined {
  if (command.commands.length === 0) return undefined;
  const next = command.commands.find((one) => one.name() === words[0]);
  return next ? unknownWord(words.slice(1), next) : (words[0] ?? NOTHING);
}

const remedies = Object.entries(CODES).map(([code, { remedy }]) => [code, remedy] as const);
const hints = Object.entries(CLI_TEXTS).filter(
  ([key]) => key.includes('.next') || key.startsWith('cli.doctor.') || key.startsWith('cli.lag.'),
);

test('every command that a remedy or a hint names can be run', () => {
  const wrong = [...remedies, ...hints].flatMap(([key, content]) =>
    commandsIn(content.replace('{{kind}}', 'connector')).flatMap((line) => {
      const unknown = unknownWord(line.split(' '));
      return unknown === undefined ? [] : [`${key}: civicbus ${line}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test('every command that a document shows can be run', async () => {
  const wrong: string[] = [];
  for await (const file of glob('{*.md,{docs,connectors,consumers,producers}/**/*.md}', {
    cwd: PROJECT_FOLDER,
  })) {
    const content = await readFile(join(PROJECT_FOLDER, file), 'utf8');
    // Commands stand in code; prose may say anything of civicbus.
    const code = [...content.matchAll(/```(?:sh|bash|console)\n([^]*?)```|`([^`\n]+)`/g)];
    for (const [, block = '', inline = ''] of code) {
      for (const line of commandsIn(`${block} ${inline}`.replaceAll('civicbus -- ', 'civicbus '))) {
        const unknown = unknownWord(line.split(' '));
        // A group may be named by itself.
        if (unknown !== undefined && unknown !== NOTHING) wrong.push(`${file}: civicbus ${line}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('the check above sees a command that does not exist', () => {
  expect(commandsIn('Run: civicbus schemas list, or civicbus dev up.')).toEqual([
    'schemas list',
    'dev up',
  ]);
  expect(unknownWord(['schemas', 'list'])).toBe('schemas');
  expect(unknownWord(['dev'])).toBe(NOTHING);
  expect(unknownWord(['dev', 'up'])).toBeUndefined();
});

test('the error reference holds every code, the command reference every command', async () => {
  const errors = await errorReference();
  for (const code of Object.keys(CODES)) expect(errors).toContain(`### ${code}\n`);
  const commands = cliReference();
  for (const name of ['doctor', 'run view', 'dev up', 'get dead-letters']) {
    expect(commands).toContain(`## civicbus ${name}\n`);
  }
  expect(commands).not.toContain('cli.');
});
