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
