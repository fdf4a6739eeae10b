/** Named limits and times of a consumer session. */
import type { ConsumerOptions } from '../kafka.ts';

export const LIMITS = {
  /** kafkajs' own default; the fetch as a whole is bound to ten times as much. */
  bytesPerPartitionMax: 1_048_576,
  concurrency: 4,
  /** An answer comes as soon as there is a record; this is how often an idle consumer asks again. */
  fetchWaitMsMax: 500,
  sessionTimeoutMs: 45_000,
  rebalanceTimeoutMs: 60_000,
  heartbeatMsMax: 1_000,
  /** A batch that follows at once takes the passed offsets along, and no `skip` is needed. */
  skipDelayMs: 100,
  skipIntervalMs: 1_000,
  outOfRangeMsFirst: 50,
  outOfRangeMsMax: 5_000,
  closeMsMax: 10_000,
  watchMs: 5_000,
} as const;

const HEARTBEATS_PER_SESSION = 6;

/** Members learn of a rebalance by their heartbeat: a second of waiting at most. */
export function consumerTimes(options: ConsumerOptions) {
  const sessionTimeout = options.sessionTimeoutMs ?? LIMITS.sessionTimeoutMs;
  return {
    sessionTimeout,
    rebalanceTimeout: Math.max(sessionTimeout, LIMITS.rebalanceTimeoutMs),
    heartbeatInterval: Math.min(
      LIMITS.heartbeatMsMax,
      Math.floor(sessionTimeout / HEARTBEATS_PER_SESSION),
    ),
    maxWaitTimeInMs: Math.min(
      options.fetchWaitMsMax ?? LIMITS.fetchWaitMsMax,
      LIMITS.fetchWaitMsMax,
    ),
  };
}
