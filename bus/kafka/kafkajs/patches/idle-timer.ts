/**
 * kafkajs re-arms a timer on every connection for ever, 600 to 1000 times a second, to look at
 * a queue that is empty: `throttledUntil` is -1, and setTimeout turns a negative delay into
 * 1 ms (Node 24 also warns each time). Here a timer is armed only while requests wait.
 */
import { mustBeKnown, upstream } from './upstream.ts';

/** The part of kafkajs' RequestQueue that is used here. */
export type RequestQueue = {
  throttledUntil: number;
  readonly pending: readonly unknown[];
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
};

type QueueClass = {
  readonly prototype: { scheduleCheckPendingRequests: (this: RequestQueue) => void };
};

/** Upstream's own interval for a queue that waits for an answer in flight. */
const CHECK_PENDING_MS = 10;

export const IDLE_TIMER = {
  what: 'RequestQueue.scheduleCheckPendingRequests',
  hash: '04347ea969c6f2e3754427c0cbaee0bd4ce947fbd82f7b6e027506a06dfc581a',
  original: () => queueClass().prototype.scheduleCheckPendingRequests,
};

export function patchIdleTimer(): void {
  mustBeKnown(IDLE_TIMER.what, IDLE_TIMER.original(), IDLE_TIMER.hash);
  queueClass().prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue) {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
    const throttledMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : CHECK_PENDING_MS,
    );
  };
}

function queueClass(): QueueClass {
  return upstream<QueueClass>('network/requestQueue');
}
