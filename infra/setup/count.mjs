/** The count of a test run, from the runner's JSON report and its exit code. */

/** `report` is undefined when the run ended before one was written: that is one failure. */
export function countTests(report, exitCode) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const files = report.testResults;
  const tests = files.flatMap((file) => file.assertionResults);
  const has = (...states) => tests.filter((test) => states.includes(test.status)).length;
  // A file that could not be loaded, or whose set-up failed, has no failed test of its own.
  const broken = files.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = has('failed') + broken;
  // Errors outside of any test, such as a process left behind, fail the run as well.
  const outside = exitCode !== 0 && failed === 0 ? 1 : 0;
  return {
    passed: has('passed'),
    failed: failed + outside,
    skipped: has('pending', 'skipped', 'todo', 'disabled'),
  };
}

/** "N passed, N failed", and ", N skipped" if any were. */
export function countLine({ passed, failed, skipped }) {
  const parts = [`${passed} passed`, `${failed} failed`];
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return parts.join(', ');
}

const MESSAGE_MAX = 300;

/**
 * One line for each test that failed, and for each file that could not be run: its file, its name,
 * and what went wrong. Printed last, where a log that is cut off still has it.
 */
export function failureLines(report, root) {
  return (report?.testResults ?? []).flatMap((file) => {
    const name = file.name.startsWith(`${root}/`) ? file.name.slice(root.length + 1) : file.name;
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length > 0) {
      return failed.map(
        (test) => `FAILED ${name} > ${test.fullName}: ${gist(test.failureMessages)}`,
      );
    }
    return file.status === 'failed' ? [`FAILED ${name}: ${gist([file.message])}`] : [];
  });
}

/** The first line of every message, and no more than a screen can hold. */
function gist(messages) {
  const lines = (messages ?? []).map((message) => (message ?? '').trim().split('\n')[0]);
  return lines.join(' | ').slice(0, MESSAGE_MAX);
}
