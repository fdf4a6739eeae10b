/**
 * npm test [PATH…]: prepares this clone, then runs every test there is, or those whose path
 * contains one of the given texts. The last line printed is the count of the tests.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countLine, countTests, failureLines } from './count.mjs';
import { prepare, ROOT, run } from './setup.mjs';

prepare();
const folder = mkdtempSync(join(tmpdir(), 'civicbus-test-'));
const reportFile = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
const args = ['run', ...reporters, ...process.argv.slice(2)];
const exitCode = await run('node_modules/vitest/vitest.mjs', args, { cwd: ROOT });

const report = readReport();
rmSync(folder, { recursive: true, force: true });
if (!report) console.log('The run ended before a report of it was written.');
for (const line of failureLines(report, ROOT)) console.log(line);
const count = countTests(report, exitCode);
console.log(countLine(count));
process.exitCode = count.failed > 0 ? exitCode || 1 : exitCode;

function readReport() {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return undefined;
  }
}
