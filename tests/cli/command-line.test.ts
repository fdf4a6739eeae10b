/** The command line itself: what is understood, which stream is written, which exit code ends it. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../support/scratch.ts';
import { civicbus } from './run-command.ts';

const scratch = scratchFolder();
const nowhere = join(scratch, 'no-such-stack');

describe('exit codes and streams', () => {
  test.each([
    { args: ['--help'], exit: 0, reason: 'help was asked for' },
    { args: ['lag', '--help'], exit: 0, reason: 'help of a command was asked for' },
    { args: [], exit: 2, reason: 'no command' },
    { args: ['get'], exit: 2, reason: 'a group without its subcommand' },
    { args: ['gett', 'views'], exit: 2, reason: 'an unknown command' },
    { args: ['get', 'connector'], exit: 2, reason: 'an unknown subcommand' },
    { args: ['lag', '--frsh'], exit: 2, reason: 'an unknown flag' },
    { args: ['lag', '--by', 'topic'], exit: 2, reason: 'a value that is no choice' },
    { args: ['lag', 'a', 'b'], exit: 2, reason: 'an argument too many' },
    { args: ['apply'], exit: 2, reason: 'a required flag is missing' },
    { args: ['run', 'view'], exit: 2, reason: 'a required argument is missing' },
    { args: ['run', 'workload', '--rate', '0'], exit: 2, reason: 'a rate that is none' },
    { args: ['dev', 'logs', 'kafka', '-n', 'all'], exit: 2, reason: 'a count that is none' },
    { args: ['lag', '--timeout', 'soon'], exit: 2, reason: 'a limit that is no number' },
    { args: ['retry', 'dead-letter'], exit: 2, reason: 'neither a place nor all' },
    {
      args: ['retry', 'dead-letter', 'population/identity', 't', '0'],
      exit: 2,
      reason: 'half a place',
    },
    { args: ['rebuild', 'view', 'citizens'], exit: 5, reason: 'a view that nobody declared' },
    { args: ['lag', 'citizens'], exit: 5, reason: 'a view that nobody declared' },
    { args: ['lag', '--stack', nowhere], exit: 7, reason: 'no stack runs there' },
    { args: ['apply', '-f', join(nowhere, 'x')], exit: 2, reason: 'a path that is not there' },
  ])('$args ends with $exit: $reason', async ({ args, exit }) => {
    const ran = await civicbus(args);
    // Help is data; everything that went wrong is a message.
    const silent = exit === 0 ? ran.stderr : ran.stdout;
    expect({ ...ran, silent }).toMatchObject({ exit, silent: '' });
  });

  test('a mistyped word is answered with the likely one, on standard error', async () => {
    expect((await civicbus(['get', 'conectors'])).stderr).toContain('Did you mean connectors?');
    expect((await civicbus(['dev', 'up', '--frsh'])).stderr).toContain('Did you mean --fresh?');
  });

  test('an error names what is wrong, its code and what to do', async () => {
    const { stderr } = await civicbus(['lag', 'citizens']);
    expect(stderr).toContain('There is no view named "citizens"; known: ');
    expect(stderr).toContain('[CLI_NOT_FOUND]');
    expect(stderr).toContain('civicbus apply -f PATH');
  });

  test('with -o json an error is one object on standard error', async () => {
    const usage = await civicbus(['lag', '--frsh', '-o', 'json']);
    expect(JSON.parse(usage.stderr)).toMatchObject({ error: { code: 'CLI_USAGE' } });
    const absent = await civicbus(['-o', 'json', 'lag', 'citizens']);
    const { error } = JSON.parse(absent.stderr) as { error: Record<string, unknown> };
    expect(Object.keys(error)).toEqual(['code', 'message', 'remedy']);
  });

  test('every problem of every file is told at once, with its place, also without a stack', async () => {
    const folder = await mkdtemp(join(scratch, 'apply-'));
    await writeFile(join(folder, 'view.yaml'), 'kind: View\nname: A\ncolour: red\n');
    await writeFile(join(folder, 'source.yaml'), 'kind: Source\nengine: oracle\n');
    const ran = await civicbus(['-o', 'json', 'plan', '-f', folder, '--stack', nowhere]);
    expect(ran.exit).toBe(6);
    const { error } = JSON.parse(ran.stderr) as {
      error: { problems: { file: string; path: string }[] };
    };
    const places = error.problems.map(
      ({ file, path }) => `${file.slice(folder.length + 1)} ${path}`,
    );
    expect(places).toContainEqual(expect.stringMatching(/^view\.yaml.* name$/));
    expect(places).toContainEqual(expect.stringMatching(/^source\.yaml.* engine$/));
    expect(places.length).toBeGreaterThan(8);
  });
});

describe('help', () => {
  const commands = [
    [],
    ['doctor'],
    ['lag'],
    ['get', 'connectors'],
    ['describe', 'view'],
    ['plan'],
    ['apply'],
    ['run', 'view'],
    ['run', 'workload'],
    ['resume', 'view'],
    ['verify', 'view'],
    ['repair', 'view'],
    ['dev', 'up'],
    ['dev', 'logs'],
  ];

  test.each(commands.map((command) => ({ command })))(
    '$command begins with examples that can be typed',
    async ({ command }) => {
      const { stdout } = await civicbus([...command, '--help']);
      expect(stdout.startsWith('Examples:\n  civicbus ')).toBe(true);
      expect(stdout).not.toContain('cli.');
    },
  );

  test('every example of the help is understood by the command line', async () => {
    for (const command of commands) {
      const { stdout } = await civicbus([...command, '--help']);
      const examples = stdout.slice(0, stdout.indexOf('\n\n')).split('\n').slice(1);
      for (const example of examples) {
        const ran = await civicbus([...example.trim().split(' ').slice(1), '--help']);
        expect({ example, exit: ran.exit }).toEqual({ example, exit: 0 });
      }
    }
  });

  test('the first page is as reviewed', async () => {
    const { stdout } = await civicbus(['--help']);
    await expect(stdout).toMatchFileSnapshot('golden/help.txt');
  });
});
