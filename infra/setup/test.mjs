/**
 * npm test [PATH…]: prepares this clone, then runs every test there is, or those whose path
 * contains one of the given texts. The last line printed is the count, taken from the runner's
 * own report; a test file that could not be loaded counts as one failure.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, ROOT, run } from './setup.mjs';

prepare();
const folder = mkdtempSync(join(tmpdir(), 'civicbus-test-'));
const report = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const exitCode = await run(
  'node_modules/vitest/vitest.mjs',
  ['run', ...reporters, ...process.argv.slice(2)],
  { cwd: ROOT },
);

const { passed, failed, skipped } = count(exitCode);
rmSync(folder, { recursive: true, force: true });
const parts = [`${passed} passed`, `${failed} failed`];
if (skipped > 0) parts.push(`${skipped} skipped`);
console.log(parts.join(', '));
process.exitCode = exitCode === 0 && failed === 0 ? 0 : exitCode || 1;

function count(exitCode) {
  let found;
  try {
    found = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.log('The run ended before a report of it was written.');
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const tests = found.testResults.flatMap((file) => file.assertionResults);
  const has = (...states) => tests.filter((test) => states.includes(test.status)).length;
  const unloaded = found.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = has('failed') + unloaded;
  // Errors outside of any test, such as a process left behind, fail the run as well.
  const outside = exitCode !== 0 && failed === 0 ? 1 : 0;
  return {
    passed: has('passed'),
    failed: failed + outside,
    skipped: has('pending', 'skipped', 'todo', 'disabled'),
  };
}
