import { describe, expect, test } from 'vitest';

type Count = { readonly passed: number; readonly failed: number; readonly skipped: number };
type Report = {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
};

const { countTests, countLine, failureLines } = (await import(
  new URL('../../../infra/setup/count.mjs', import.meta.url).href
)) as {
  readonly countTests: (report: Report | undefined, exitCode: number) => Count;
  readonly countLine: (count: Count) => string;
  readonly failureLines: (report: object | undefined, root: string) => string[];
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

test('failures are told in one line each: a file, a name, the first line of what went wrong', () => {
  const failed = {
    status: 'failed',
    fullName: 'a copy is equal',
    failureMessages: ['expected 1\n+ 2', 'and\nmore'],
  };
  const lines = failureLines(
    {
      testResults: [
        {
          name: '/clone/tests/a.test.ts',
          status: 'failed',
          message: '',
          assertionResults: [{ status: 'passed', fullName: 'b', failureMessages: [] }, failed],
        },
        {
          name: '/clone/tests/b.test.ts',
          status: 'failed',
          message: `${'long '.repeat(100)}`,
          assertionResults: [],
        },
        { name: '/clone/tests/c.test.ts', status: 'passed', message: '', assertionResults: [] },
      ],
    },
    '/clone',
  );
  expect(lines).toEqual([
    'FAILED tests/a.test.ts > a copy is equal: expected 1 | and',
    `FAILED tests/b.test.ts: ${'long '.repeat(60)}`,
  ]);
  expect(failureLines(undefined, '/clone')).toEqual([]);
});
