/** Codes of the benchmarks. */
import type { CodeTable } from './code.ts';

export const BENCH_CODES = {
  BENCH_SIDE_FAILED: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'The side "{{side}}" of the benchmark stopped before it had applied everything: {{why}}',
    cause: 'A benchmark compares only sides that did all of the work.',
    remedy: 'Read the logs in {{logs}}, mend what stopped it and run the benchmark again.',
  },
} as const satisfies CodeTable;
