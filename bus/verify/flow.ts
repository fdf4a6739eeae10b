/**
 * Follows the changes of one unit from the source's log to the hub: has everything that was
 * committed at a moment been captured, and has everything captured been applied? Reads only.
 */
import type { Clock } from '../base/clock.ts';
import type { OffsetRow } from '../view/store/offset-store.ts';
import type { Flow, FlowAnswer } from './suspects.ts';

/** How far capture has come in the source's log. */
export type CaptureState = {
  readonly running: boolean;
  /** The committed position; equal texts are equal positions. */
  readonly at: string;
};

/** The log of a source and its capture. Positions are texts that only this watch understands. */
export type CaptureWatch = {
  /** Where the log of the source ends now. */
  position(): Promise<string>;
  state(): Promise<CaptureState>;
  hasReached(at: string, position: string): boolean;
};

export type FlowPorts = {
  readonly capture: CaptureWatch;
  /** End offset of every partition of the unit's topic. */
  readonly ends: () => Promise<ReadonlyMap<number, bigint>>;
  /** The unit's rows of civicbus_offset, or what stands for them. */
  readonly progress: () => Promise<readonly ReadTo[]>;
  readonly clock: Clock;
};

export type ReadTo = Pick<OffsetRow, 'partition' | 'nextOffset' | 'haltCode'>;

const POLL_MS = 150;
/**
 * Some entries of a log move no position of capture (a DDL of another database). Capture that runs
 * and has stood still for this long has nothing left to read: many times its slowest poll.
 */
const CAPTURE_STILL_MS = 15_000;

/** Capture alone, where nothing is applied while one waits: a daily copy stands still between cuts. */
export function captureFlow(ports: Pick<FlowPorts, 'capture' | 'clock'>): Flow {
  const nothing = { ends: () => Promise.resolve(new Map()), progress: () => Promise.resolve([]) };
  return unitFlow({ ...ports, ...nothing });
}

export function unitFlow({ capture, ends, progress, clock }: FlowPorts): Flow {
  const poll = async (
    deadline: number,
    probe: () => Promise<FlowAnswer | undefined>,
  ): Promise<FlowAnswer> => {
    for (;;) {
      const answer = await probe();
      if (answer !== undefined) return answer;
      if (clock.now() >= deadline) return 'late';
      await clock.sleep(POLL_MS);
    }
  };
  const untilCaptured = async (deadline: number): Promise<FlowAnswer> => {
    const position = await capture.position();
    let last = '';
    let stillSince = clock.now();
    return poll(deadline, async () => {
      const { running, at } = await capture.state();
      if (capture.hasReached(at, position)) return 'applied';
      if (!running || at !== last) stillSince = clock.now();
      last = at;
      return clock.now() - stillSince >= CAPTURE_STILL_MS ? 'applied' : undefined;
    });
  };
  return {
    async untilApplied(limitMs) {
      const deadline = clock.now() + limitMs;
      const captured = await untilCaptured(deadline);
      if (captured !== 'applied') return captured;
      const wanted = await ends();
      return poll(deadline, async () => {
        const rows = await progress();
        if (rows.some(({ haltCode }) => haltCode !== null)) return 'halted';
        return hasApplied(rows, wanted) ? 'applied' : undefined;
      });
    },
  };
}

/** Partitions without any record need not be known to the hub. */
function hasApplied(rows: readonly ReadTo[], ends: ReadonlyMap<number, bigint>): boolean {
  const next = new Map(rows.map(({ partition, nextOffset }) => [partition, nextOffset]));
  return [...ends].every(([partition, end]) => (next.get(partition) ?? 0n) >= end);
}
