/**
 * The four requests of a transaction, and what their answers mean: unlike a client library's
 * errors they name the topic that was refused. Each may be repeated after a lost connection:
 * the broker knows a batch by its sequence number, and an end that it has carried out already.
 */
import {
  addPartitionsToTxnV3,
  createAPI,
  endTxnV3,
  findCoordinatorV4,
  FindCoordinatorKeyTypes,
  initProducerIdV4,
  produceV11,
  protocolErrorsCodesById,
  ResponseError,
  Writer,
} from '@platformatic/kafka';
import { must } from '../../base/assert.ts';
import { BusError } from '../../base/errors.ts';
import { protocolNames } from '../client-errors.ts';
import { partitionKey, type TopicPartition } from '../kafka.ts';
import { MOVING } from './offsets.ts';
import { recordBatch } from './record-batch.ts';
import type { PlacedBatch } from './record-placement.ts';
import type { Address, Wire } from './wire.ts';

/** One epoch of a transactional id: what it was given, and how far it wrote in each partition. */
export type Epoch = {
  readonly id: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The next sequence number, by partitionKey; 0 where there is none yet. */
  readonly sequences: Map<string, number>;
};

const ALL_IN_SYNC = -1;
const NOBODY = { producerId: -1n, producerEpoch: -1 } as const;
/** A sequence number is a positive 32-bit number, and 0 follows the greatest. */
const SEQUENCES = 2 ** 31;

const FENCING = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
]);

/** What one topic is to blame for; all else may pass or concerns the whole transaction. */
const REFUSALS: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'absent',
  UNKNOWN_TOPIC_ID: 'absent',
  INVALID_TOPIC_EXCEPTION: 'absent',
  TOPIC_AUTHORIZATION_FAILED: 'denied',
  MESSAGE_TOO_LARGE: 'not made for records of this size',
  RECORD_LIST_TOO_LARGE: 'not made for records of this size',
  INVALID_RECORD: 'not made for such records',
  INVALID_TIMESTAMP: 'not made for such times',
  POLICY_VIOLATION: 'against a policy of the broker',
};

export async function findTransactionCoordinator(wire: Wire, id: string): Promise<Address> {
  const { coordinators } = await wire.any((one) =>
    findCoordinatorV4.api.async(one, FindCoordinatorKeyTypes.TRANSACTION, [id]),
  );
  return must(coordinators[0], 'one coordinator per id asked for');
}

/** Takes the id over: its epoch before is fenced, and what that had open is aborted. */
export async function takeOver(
  wire: Wire,
  coordinator: Address,
  { id, transactionMsMax }: { readonly id: string; readonly transactionMsMax: number },
): Promise<Epoch> {
  const { producerId, producerEpoch } = await wire.at(coordinator, (one) =>
    initProducerIdV4.api.async(one, id, transactionMsMax, NOBODY.producerId, NOBODY.producerEpoch),
  );
  return { id, producerId, producerEpoch, sequences: new Map() };
}

/** All partitions at once; the broker takes all of them or none. */
export async function addPartitions(
  wire: Wire,
  coordinator: Address,
  { epoch, partitions }: { readonly epoch: Epoch; readonly partitions: readonly TopicPartition[] },
): Promise<void> {
  const { id, producerId, producerEpoch } = epoch;
  const topics = byTopic(partitions).map(([name, members]) => ({
    name,
    partitions: members.map(({ partition }) => partition),
  }));
  const request = { transactionalId: id, producerId, producerEpoch, verifyOnly: false, topics };
  await named(id, addedCodes, () =>
    wire.at(coordinator, (one) => addPartitionsToTxnV3.api.async(one, [request])),
  );
}

/**
 * Writes the batches, one for each partition, to their leader, and answers the partitions that are
 * not led there, or not now: nothing of theirs was taken.
 */
export async function produce(
  wire: Wire,
  leader: Address,
  {
    epoch,
    batches,
    timeoutMs,
  }: {
    readonly epoch: Epoch;
    readonly batches: readonly PlacedBatch[];
    readonly timeoutMs: number;
  },
): Promise<ReadonlySet<string>> {
  const { id: transactionalId, producerId, producerEpoch, sequences } = epoch;
  const atMs = Date.now();
  const data = batches.map((batch): Encoded => {
    const sequence = sequences.get(partitionKey(batch)) ?? 0;
    const bytes = recordBatch(batch.records, { producerId, producerEpoch, sequence, atMs });
    return { ...batch, bytes };
  });
  const answer = await named(transactionalId, producedCodes, () =>
    despiteMoves(() =>
      wire.at(leader, (one) =>
        produceEncoded.async(one, { transactionalId, timeoutMs, batches: data }),
      ),
    ),
  );
  const refused = new Set(
    answer.responses.flatMap(({ name, partitionResponses }) =>
      partitionResponses
        .filter(({ errorCode }) => errorCode !== 0)
        .map(({ index }) => partitionKey({ topic: name, partition: index })),
    ),
  );
  for (const batch of batches) {
    const key = partitionKey(batch);
    if (refused.has(key)) continue;
    sequences.set(key, ((sequences.get(key) ?? 0) + batch.records.length) % SEQUENCES);
  }
  return refused;
}

/** An answer in which all faults may pass is thrown by the client: here it is the answer. */
async function despiteMoves(
  ask: () => Promise<produceV11.ProduceResponse>,
): Promise<produceV11.ProduceResponse> {
  try {
    return await ask();
  } catch (error) {
    const answer = error instanceof ResponseError ? error['response'] : undefined;
    const names = protocolNames(error);
    if (answer === undefined || !names.every((name) => NOT_TAKEN.has(name))) throw error;
    return answer as produceV11.ProduceResponse;
  }
}

/** The leader is another, or not ready yet, or without its replicas: the batch was not taken. */
const NOT_TAKEN: ReadonlySet<string> = new Set([
  ...MOVING,
  'NOT_ENOUGH_REPLICAS',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

type Encoded = TopicPartition & { readonly bytes: Buffer };

type ProduceRequest = {
  readonly transactionalId: string;
  readonly timeoutMs: number;
  readonly batches: readonly Encoded[];
};

function byTopic<T extends TopicPartition>(members: readonly T[]): [string, T[]][] {
  return [...Map.groupBy(members, ({ topic }) => topic)];
}

/** The client's request with batches that are written already. */
const produceEncoded = createAPI<[ProduceRequest], produceV11.ProduceResponse>(
  produceV11.api.key,
  produceV11.api.version,
  ({ transactionalId, timeoutMs, batches }: ProduceRequest) =>
    Writer.create()
      .appendString(transactionalId)
      .appendInt16(ALL_IN_SYNC)
      .appendInt32(timeoutMs)
      .appendArray(byTopic(batches), (topics, [topic, own]) => {
        topics.appendString(topic).appendArray(own, (partitions, { partition, bytes }) => {
          partitions
            .appendInt32(partition)
            .appendUnsignedVarInt(bytes.length + 1)
            .append(bytes);
        });
      })
      .appendTaggedFields(),
  produceV11.parseResponse,
);

export async function end(
  wire: Wire,
  coordinator: Address,
  { epoch, commit }: { readonly epoch: Epoch; readonly commit: boolean },
): Promise<void> {
  const { id, producerId, producerEpoch } = epoch;
  await named(
    id,
    () => [],
    () =>
      wire.at(coordinator, (one) => endTxnV3.api.async(one, id, producerId, producerEpoch, commit)),
  );
}

type TopicCode = readonly [topic: string, code: number];

function addedCodes(answer: object): readonly TopicCode[] {
  const { resultsByTransaction } = answer as addPartitionsToTxnV3.AddPartitionsToTxnResponse;
  return resultsByTransaction.flatMap(({ topicResults }) =>
    topicResults.flatMap(({ name, resultsByPartition }) =>
      resultsByPartition.map(({ partitionErrorCode }): TopicCode => [name, partitionErrorCode]),
    ),
  );
}

function producedCodes(answer: object): readonly TopicCode[] {
  const { responses } = answer as produceV11.ProduceResponse;
  return responses.flatMap(({ name, partitionResponses }) =>
    partitionResponses.map(({ errorCode }): TopicCode => [name, errorCode]),
  );
}

/** Runs `ask`; a fencing answer and the refusal of a topic become errors that say so. */
async function named<T>(
  id: string,
  codesOf: (answer: object) => readonly TopicCode[],
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (protocolNames(error).some((name) => FENCING.has(name))) {
      throw new BusError('KAFKA_FENCED', { id }, error);
    }
    const answer = error instanceof ResponseError ? error['response'] : undefined;
    for (const [topic, code] of answer ? codesOf(answer as object) : []) {
      const why = REFUSALS[protocolErrorsCodesById[code] ?? ''];
      if (why !== undefined) throw new BusError('KAFKA_TOPIC_REFUSED', { topic, why }, error);
    }
    throw error;
  }
}
