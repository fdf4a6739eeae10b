/**
 * The transactional producer over kafkajs. After any error, an abort that was asked for included,
 * the kafkajs producer is thrown away: it winds sequence numbers of accepted partitions back, the
 * broker takes the next records for duplicates, and they are acknowledged, committed and lost.
 * The new one has another epoch, under which sequences begin anew and what was left open ends.
 */
import kafkajs, { type Producer, type Transaction } from 'kafkajs';
import { BusError, isBusError, messageOf } from '../../base/errors.ts';
import { retry } from '../../base/retry.ts';
import { protocolNames, toKafkaError } from '../client-errors.ts';
import type { Sends, TransactionalProducer } from '../kafka.ts';
import type { KafkaSettings } from '../settings.ts';
import { createWire } from '../wire/wire.ts';
import { createClient, RETRY } from './client.ts';
import { toMessage } from './producer.ts';
import { isFencing, sendError } from './transactional-errors.ts';

/** Transactions follow each other closely: the one before is not over for some milliseconds. */
const QUICK_RETRY = { ...RETRY, initialRetryTime: 4, maxRetryTime: 100, retries: 5 } as const;
/**
 * Sending waits within kafkajs for the end of the transaction before, because there only what
 * one of several brokers has taken already is not sent again.
 */
const SEND_RETRY = { ...QUICK_RETRY, maxRetryTime: 50, retries: 25 } as const;
const TRANSACTION_MS_MAX = 10_000;
const ALL_IN_SYNC = -1;

/** What a predecessor had begun is still being undone. */
const STILL_ENDING = 'CONCURRENT_TRANSACTIONS';
const ENDING_PATIENCE = {
  attemptsMax: 400,
  delayMs: 3,
  delayMsMax: 25,
  mayRetry: (error: unknown) => protocolNames(error).includes(STILL_ENDING),
};

type Beforehand = (() => void | Promise<void>) | undefined;

export function openTransactional(settings: KafkaSettings, id: string): TransactionalProducer {
  const wire = createWire(settings);
  let current: Producer | undefined;
  let fenced = false;
  let queue: Promise<void> = Promise.resolve();

  async function discard(): Promise<void> {
    const broken = current;
    current = undefined;
    await broken?.disconnect().catch(() => undefined);
  }

  async function fence(): Promise<void> {
    await discard();
    fenced = false;
    current = await connect(settings, id);
    try {
      await (await begin(current)).abort();
    } catch (error) {
      await discard();
      throw toKafkaError(error, `fence ${id}`);
    }
  }

  async function commit(sends: Sends, beforeCommit: Beforehand): Promise<void> {
    if (fenced) throw new BusError('KAFKA_FENCED', { id });
    let transaction: Transaction | undefined;
    try {
      current ??= await connect(settings, id);
      transaction = await begin(current);
      await send(transaction, sends);
    } catch (error) {
      await undo(transaction);
      throw noteFencing(await sendError({ error, id, sends, wire }));
    }
    try {
      await beforeCommit?.();
    } catch (error) {
      await undo(transaction);
      throw error;
    }
    try {
      await transaction.commit();
    } catch (error) {
      await discard();
      throw noteFencing(commitError(error, id));
    }
  }

  async function undo(transaction: Transaction | undefined): Promise<void> {
    // Where this fails too, the next client's first request ends the transaction, or its time does.
    await transaction?.abort().catch(() => undefined);
    await discard();
  }

  function noteFencing(error: BusError): BusError {
    fenced ||= isBusError(error, 'KAFKA_FENCED');
    return error;
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = queue.then(work);
    queue = done.catch(() => undefined);
    return done;
  }

  return {
    fence: () => inTurn(fence),
    commit: (sends, { beforeCommit } = {}) => inTurn(() => commit(sends, beforeCommit)),
    close: () =>
      inTurn(async () => {
        await discard();
        await wire.close();
      }),
  };
}

async function connect(settings: KafkaSettings, id: string): Promise<Producer> {
  const producer = createClient(settings, QUICK_RETRY).producer({
    idempotent: true,
    transactionalId: id,
    transactionTimeout: TRANSACTION_MS_MAX,
    allowAutoTopicCreation: false,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: SEND_RETRY,
  });
  try {
    await producer.connect();
    return producer;
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw toKafkaError(error, `connect the producer ${id}`);
  }
}

/** The first transaction of a producer takes the id over: not connecting does. */
function begin(producer: Producer): Promise<Transaction> {
  return retry(() => producer.transaction(), ENDING_PATIENCE);
}

async function send(transaction: Transaction, sends: Sends): Promise<void> {
  const topicMessages = sends
    .filter(({ records }) => records.length > 0)
    .map(({ topic, records }) => ({ topic, messages: records.map(toMessage) }));
  if (topicMessages.length === 0) return;
  await transaction.sendBatch({ topicMessages, acks: ALL_IN_SYNC });
}

function commitError(error: unknown, id: string): BusError {
  if (isFencing(error)) return new BusError('KAFKA_FENCED', { id }, error);
  return new BusError('KAFKA_COMMIT_UNKNOWN', { id, why: messageOf(error) }, error);
}
