import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lastLine, mustRun, runCommand } from '../../../infra/native/run-command.ts';
import { scratchFolder } from '../../support/scratch.ts';

const folder = scratchFolder();

describe('runCommand', () => {
  test('answers exit code and everything printed, and keeps it in the log', async () => {
    const logFile = join(folder, 'a.log');
    const args = ['-c', 'echo out; echo err >&2; exit 3'];
    const result = await runCommand({ command: 'sh', args, logFile });
    expect(result.exitCode).toBe(3);
    expect(result.output.split('\n').toSorted()).toEqual(['', 'err', 'out']);
    expect(readFileSync(logFile, 'utf8')).toBe(result.output);
  });

  test('gives the input to the program and not to its arguments', async () => {
    const { output } = await runCommand({ command: 'cat', args: [], input: 'secret' });
    expect(output).toBe('secret');
  });

  test('survives a program that does not read its input', async () => {
    const input = 'x'.repeat(1_000_000);
    expect((await runCommand({ command: 'true', args: [], input })).exitCode).toBe(0);
  });

  test('rejects when there is no such program', async () => {
    await expect(runCommand({ command: 'no-such-program', args: [] })).rejects.toThrow('ENOENT');
  });
});

test('mustRun says which step failed and with what last words', async () => {
  const run = { command: 'sh', args: ['-c', 'echo first; echo last words; exit 2'] };
  await expect(mustRun(run, 'formatting')).rejects.toMatchObject({
    code: 'STACK_SERVICE_FAILED',
    details: { service: 'formatting', why: 'exit code 2: last words' },
  });
});

test('mustRun conceals what must not be in an error', async () => {
  const run = { command: 'sh', args: ['-c', 'echo no such user=hunter2; exit 2'] };
  await expect(mustRun({ ...run, conceal: ['hunter2'] }, 'x')).rejects.toMatchObject({
    details: { why: 'exit code 2: no such user=…' },
  });
});

test('lastLine skips empty lines at the end', () => {
  expect(lastLine('a\nb\n\n')).toBe('b');
});
