import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../../infra/native/run-command.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', '..', 'infra', 'setup', 'test.mjs');

test.each([
  ['tests that pass', 'tests/infra/native/services/properties.test.ts', 0, '3 passed, 0 failed'],
  ['a path without tests', 'tests/no/such/place', 1, '0 passed, 1 failed'],
])('npm test on %s ends with their count', async (_what, path, exitCode, line) => {
  const run = { command: process.execPath, args: [SCRIPT, '--project', 'unit', path] };
  const result = await runCommand(run);
  expect(result.output.trimEnd().split('\n').at(-1)).toBe(line);
  expect(result.exitCode).toBe(exitCode);
});
