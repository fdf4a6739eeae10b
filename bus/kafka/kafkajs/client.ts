/**
 * The kafkajs client as civicbus uses it. Every caller gets a client of its own: kafkajs shares committed offsets between the
 * consumers of one client, and a second member of one group then crashes the first.
 */
import kafkajs, { type Kafka, type KafkaConfig, type LogEntry } from 'kafkajs';
import type { Log } from '../../base/log.ts';
import { CLIENT_LIMITS, type KafkaSettings } from '../settings.ts';
import { applyPatches } from './patches/patches.ts';

export const RETRY = {
  initialRetryTime: CLIENT_LIMITS.retryMsFirst,
  maxRetryTime: CLIENT_LIMITS.retryMsMax,
  retries: CLIENT_LIMITS.retries,
  factor: 0.2,
  multiplier: 2,
} as const;

/** A fresh, unconnected kafkajs client with the corrections of patches/ in force. */
export function createClient(settings: KafkaSettings): Kafka {
  applyPatches();
  return new kafkajs.Kafka({
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    connectionTimeout: CLIENT_LIMITS.connectionTimeoutMs,
    requestTimeout: CLIENT_LIMITS.requestTimeoutMs,
    retry: RETRY,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => (entry) => relay(settings.log, entry),
    ...credentials(settings),
  });
}

function credentials({ user, password, tlsCa }: KafkaSettings): Partial<KafkaConfig> {
  return {
    ...(tlsCa === undefined ? {} : { ssl: { ca: [tlsCa] } }),
    ...(user === undefined
      ? {}
      : { sasl: { mechanism: 'scram-sha-512', username: user, password: password ?? '' } }),
  };
}

/**
 * kafkajs calls many expected things errors (a rebalance, a broker that restarts), so its
 * lines are debug; what matters is logged by the adapter under its own message.
 */
function relay(log: Log, { namespace, label, log: line }: LogEntry): void {
  const { message, error } = line;
  log.debug(
    { client: namespace, level: label, ...(error ? { error: String(error) } : {}) },
    message,
  );
}
