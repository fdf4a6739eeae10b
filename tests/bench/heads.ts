/** What every report has, made up. */
import type { BenchmarkName, ReportHead } from '../../bench/report.ts';

export function madeUpHead(benchmark: BenchmarkName, at = '2026-01-02T03:04:05.000Z'): ReportHead {
  return {
    version: 1,
    benchmark,
    at,
    machine: { cpuModel: 'a model', cpus: 2, memoryMb: 2_048, kernel: '6.1' },
    versions: { civicbus: '0.1.0' },
  };
}
