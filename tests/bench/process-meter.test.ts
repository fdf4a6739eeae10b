import { expect, test } from 'vitest';
import { cpuAt, cpuTicks, meterProcess } from '../../bench/process-meter.ts';
import { waitFor } from '../../bus/base/retry.ts';

const SAMPLES = [
  { atMs: 1_000, cpuSeconds: 2 },
  { atMs: 2_000, cpuSeconds: 3 },
];

test.each([
  ['before the first sample', 500, 2],
  ['at a sample', 1_000, 2],
  ['between two samples', 1_250, 2.25],
  ['after the last sample', 9_000, 3],
])('CPU time %s', (_when, atMs, seconds) => {
  expect(cpuAt(SAMPLES, atMs)).toBe(seconds);
});

test('CPU time is read behind a command name with blanks and brackets', () => {
  const stat = '42 (my (odd) name) S 1 1 1 0 -1 4194304 10 0 0 0 150 50 0 0 20 0 1 0 5 1 1';
  expect(cpuTicks(stat)).toBe(200);
});

test('a process that works is seen to use CPU and memory', async () => {
  const meter = meterProcess(process.pid);
  const fromMs = Date.now();
  const work = () => {
    let sum = 0;
    for (let i = 0; i < 3e7; i++) sum += i;
    return sum > 0;
  };
  await waitFor(() => work() && meter.between(fromMs, Date.now()).cpuSeconds > 0.05, {
    what: 'CPU use of this process',
    timeoutMs: 20_000,
    intervalMs: 150,
  });
  meter.stop();
  const used = meter.between(fromMs, Date.now());
  expect(used.cpuSeconds).toBeGreaterThan(0.05);
  expect(used.residentBytesMax).toBeGreaterThan(10 * 1024 * 1024);
});
