/**
 * What a process uses, read from /proc while it works: CPU seconds (user and system, all
 * threads) and resident memory. Any process of this user can be metered, also a server's.
 */
import { readFileSync } from 'node:fs';

export type Usage = {
  readonly cpuSeconds: number;
  /** Most memory resident at any sample. */
  readonly residentBytesMax: number;
};

export type ProcessMeter = {
  /** Usage between two moments (ms since the epoch). Both must lie within the metered time. */
  between(fromMs: number, toMs: number): Usage;
  stop(): void;
};

type Sample = {
  readonly atMs: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
};

const SAMPLE_MS = 100;
/** What the kernel counts CPU time in for user space: fixed at 100 a second on Linux. */
const TICKS_PER_SECOND = 100;

/** Meters `pid` until `stop`; a process that is gone simply has no further samples. */
export function meterProcess(pid: number): ProcessMeter {
  const samples: Sample[] = [];
  const take = () => {
    const sample = sampleOf(pid);
    if (sample) samples.push(sample);
  };
  take();
  const timer = setInterval(take, SAMPLE_MS);
  return {
    between(fromMs, toMs) {
      const during = samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
      return {
        cpuSeconds: cpuAt(samples, toMs) - cpuAt(samples, fromMs),
        residentBytesMax: Math.max(0, ...during.map(({ residentBytes }) => residentBytes)),
      };
    },
    stop() {
      clearInterval(timer);
      take();
    },
  };
}

/** CPU seconds used until `atMs`, on the line between the samples around it. */
export function cpuAt(
  samples: readonly Pick<Sample, 'atMs' | 'cpuSeconds'>[],
  atMs: number,
): number {
  const next = samples.find((sample) => sample.atMs >= atMs);
  const before = samples.findLast((sample) => sample.atMs <= atMs);
  if (!before || !next) return (before ?? next)?.cpuSeconds ?? 0;
  if (next.atMs === before.atMs) return next.cpuSeconds;
  const share = (atMs - before.atMs) / (next.atMs - before.atMs);
  return before.cpuSeconds + share * (next.cpuSeconds - before.cpuSeconds);
}

function sampleOf(pid: number): Sample | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      atMs: Date.now(),
      cpuSeconds: cpuTicks(stat) / TICKS_PER_SECOND,
      residentBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024,
    };
  } catch {
    return undefined;
  }
}

/** User and system time of a /proc/PID/stat line; its command may hold blanks and brackets. */
export function cpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
