import { describe, expect, test } from 'vitest';

type Count = { readonly passed: number; readonly failed: number; readonly skipped: number };
type Report = {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
};

const { countTests, countLine } = (await import(
  new URL('../../../infra/setup/count.mjs', import.meta.url).href
)) as {
  readonly countTests: (report: Report | undefined, exitCode: number) => Count;
  readonly countLine: (count: Count) => string;
};

function fileOf(status: string, ...tests: readonly string[]) {
  return { status, assertionResults: tests.map((test) => ({ status: test })) };
}

describe('countTests', () => {
  test.each<[string, Report | undefined, number, string]>([
    [
      'all passed',
      { testResults: [fileOf('passed', 'passed', 'passed')] },
      0,
      '2 passed, 0 failed',
    ],
    [
      'one failed',
      { testResults: [fileOf('failed', 'passed', 'failed')] },
      1,
      '1 passed, 1 failed',
    ],
    [
      'a file that could not be loaded',
      { testResults: [fileOf('passed', 'passed'), fileOf('failed')] },
      1,
      '1 passed, 1 failed',
    ],
    [
      'a set-up that failed after the tests passed',
      { testResults: [fileOf('failed', 'passed')] },
      1,
      '1 passed, 1 failed',
    ],
    [
      'an error outside of any test',
      { testResults: [fileOf('passed', 'passed')] },
      1,
      '1 passed, 1 failed',
    ],
    [
      'skipped ones, which are named',
      { testResults: [fileOf('passed', 'passed', 'skipped', 'todo', 'pending')] },
      0,
      '1 passed, 0 failed, 3 skipped',
    ],
    ['no report at all', undefined, 1, '0 passed, 1 failed'],
    ['no report in spite of success', undefined, 0, '0 passed, 1 failed'],
  ])('%s', (_reason, report, exitCode, line) => {
    expect(countLine(countTests(report, exitCode))).toBe(line);
  });
});
