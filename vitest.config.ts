import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from './tests/support/patience.ts';

const LIMIT_MS = { test: 120_000, integration: 420_000, endToEnd: 900_000 };

/** Where a test says nothing of its own; the runner's second is too short for a busy machine. */
const POLL = { poll: { timeout: PATIENCE_MS, interval: 50 } };

const MARATHON = {
  test: {
    name: 'marathon',
    include: ['tests/**/*.marathon.test.ts'],
    globalSetup: ['tests/support/stack-setup.ts'],
    expect: POLL,
    testTimeout: 3 * LIMIT_MS.endToEnd,
    hookTimeout: 3 * LIMIT_MS.endToEnd,
    maxWorkers: 1,
    fileParallelism: false,
  },
};

export default defineConfig({
  test: {
    sequence: { shuffle: { files: process.env['CIVICBUS_TEST_SHUFFLE'] === '1', tests: false } },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: [
            'tests/**/*.int.test.ts',
            'tests/**/*.e2e.test.ts',
            'tests/**/*.marathon.test.ts',
          ],
          testTimeout: LIMIT_MS.test,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/**/*.int.test.ts'],
          globalSetup: ['tests/support/stack-setup.ts'],
          expect: POLL,
          testTimeout: LIMIT_MS.integration,
          hookTimeout: LIMIT_MS.integration,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'end-to-end',
          include: ['tests/**/*.e2e.test.ts'],
          testTimeout: LIMIT_MS.endToEnd,
          hookTimeout: LIMIT_MS.endToEnd,
          maxWorkers: 1,
          fileParallelism: false,
          // One after the other and after all else: each of these files runs a whole stack of its own.
          sequence: { groupOrder: 2 },
        },
      },
      // A quarter of an hour of kills, by npm run test:marathon; npm test has the shorter ones.
      ...(process.env['CIVICBUS_MARATHON'] === '1' ? [MARATHON] : []),
    ],
  },
});
