/** How every client of this folder reaches the brokers; named limits included. */
import type { Log } from '../base/log.ts';

export type KafkaSettings = {
  /** "host:port", at least one. */
  readonly brokers: readonly string[];
  /** SCRAM-SHA-512 user; without one the connection is anonymous. */
  readonly user?: string;
  readonly password?: string;
  readonly clientId: string;
  readonly log: Log;
  /** PEM of the authority that signed the brokers' certificates; its presence turns TLS on. */
  readonly tlsCa?: string;
};

/** Named limits of one client; the broker is near, so first retries come quickly. */
export const CLIENT_LIMITS = {
  connectionTimeoutMs: 5_000,
  requestTimeoutMs: 30_000,
  retryMsFirst: 20,
  retryMsMax: 1_000,
  retries: 8,
} as const;
