/**
 * Reads what kafkajs and @platformatic/kafka throw and maps it to codes, once. The walk goes
 * through causes and aggregates, because both clients hide the broker's answer in there.
 * Texts of the broker may be passed on: they name topics and settings, never records.
 */
import { BusError, isBusError, messageOf } from '../base/errors.ts';

/** Kafka's own name of an answer ("TOPIC_AUTHORIZATION_FAILED"), wherever the client put it. */
export function protocolNames(error: unknown): readonly string[] {
  return chain(error).flatMap((link) =>
    [text(link, 'type'), text(link, 'apiId')].filter((name) => name !== undefined),
  );
}

/** The error as a BusError of the kafka area; `what` reads after "trying to". */
export function toKafkaError(error: unknown, what: string): BusError {
  if (isBusError(error)) return error;
  const links = chain(error);
  const names = new Set(protocolNames(error));
  const denied = [...names].find((name) => name.endsWith('_AUTHORIZATION_FAILED'));
  if (denied !== undefined) {
    return new BusError('KAFKA_NOT_AUTHORIZED', { what, right: denied }, error);
  }
  if (links.some(isAuthentication) || names.has('SASL_AUTHENTICATION_FAILED')) {
    return new BusError('KAFKA_NOT_AUTHENTICATED', { what }, error);
  }
  if (names.has('UNKNOWN_TOPIC_OR_PARTITION') || names.has('UNKNOWN_TOPIC_ID')) {
    return new BusError('KAFKA_TOPIC_ABSENT', { what }, error);
  }
  const why = whyOf(links);
  const code = links.some(isConnection) || links.some(isRetriable);
  return new BusError(code ? 'KAFKA_UNREACHABLE' : 'KAFKA_REFUSED', { what, why }, error);
}

/** Runs `work` and maps whatever it throws. */
export async function mapped<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toKafkaError(error, what);
  }
}

type Link = Readonly<Record<string, unknown>>;

/** The error, its causes and its aggregated errors, outermost first. */
function chain(error: unknown): readonly Link[] {
  const found: Link[] = [];
  const open: unknown[] = [error];
  while (open.length > 0 && found.length < CHAIN_MAX) {
    const next = open.shift();
    if (typeof next !== 'object' || next === null || found.includes(next as Link)) continue;
    const link = next as Link;
    found.push(link);
    open.push(link['cause'], ...(Array.isArray(link['errors']) ? link['errors'] : []));
  }
  return found;
}

const CHAIN_MAX = 50;

function text(link: Link, key: string): string | undefined {
  const value = link[key];
  return typeof value === 'string' ? value : undefined;
}

function isAuthentication(link: Link): boolean {
  return (
    link['name'] === 'KafkaJSSASLAuthenticationError' || link['code'] === 'PLT_KFK_AUTHENTICATION'
  );
}

const CONNECTION_NAMES = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSLockTimeout',
]);

const CONNECTION_CODES = new Set([
  'PLT_KFK_NETWORK',
  'PLT_KFK_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
]);

function isConnection(link: Link): boolean {
  return (
    CONNECTION_NAMES.has(text(link, 'name') ?? '') || CONNECTION_CODES.has(text(link, 'code') ?? '')
  );
}

function isRetriable(link: Link): boolean {
  const protocol = text(link, 'type') !== undefined || text(link, 'apiId') !== undefined;
  return protocol && (link['retriable'] === true || link['canRetry'] === true);
}

/** The innermost text, with the broker's own sentence where there is one. */
function whyOf(links: readonly Link[]): string {
  const sentence = links.map((link) => text(link, 'serverErrorMessage')).find(Boolean);
  return sentence ?? messageOf(links.findLast((link) => text(link, 'message')) ?? links[0]);
}
