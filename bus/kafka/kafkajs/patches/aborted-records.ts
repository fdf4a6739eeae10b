/**
 * kafkajs' filter of aborted transactions lets records through that were never committed: it
 * takes up one transaction a record, so that of two which began before the first record one is
 * missed; it trusts the broker's list to be in order of their beginnings, which it is not; and
 * it takes a plain record with the key 00000000 for the marker that ends a transaction.
 * Here the answer of each fetch is gone through first, the way Kafka's own client does it:
 * aborted records are marked like control records, which kafkajs drops while counting their
 * offsets, and the list that its own filter works from is emptied.
 */
import { mustBeKnown, upstream } from './upstream.ts';

/** The part of a decoded record that is used here. */
export type FetchedRecord = {
  readonly offset: string;
  readonly key: Buffer | null;
  isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
};

export type AbortedTransaction = { readonly producerId: string; readonly firstOffset: string };

export type FetchedPartition = {
  messages: readonly FetchedRecord[];
  abortedTransactions?: readonly AbortedTransaction[] | null;
};

type FetchAnswer = {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
};

type BrokerClass = {
  readonly prototype: { fetch: (this: unknown, request: unknown) => Promise<FetchAnswer> };
};

const brokerClass = () => upstream<BrokerClass>('broker');

export const ABORTED_PATCHES = [
  {
    what: 'Broker.fetch',
    hash: '725b9c4d2b9f637a8db34902e167cb7b5f47335005a94ad2cc794995ab259d84',
    original: (): unknown => brokerClass().prototype.fetch,
  },
  {
    what: 'filterAbortedMessages',
    hash: '59acdacae7d98f7fb842b22c6f6a79e459d0dd1efef9905da1c2ec459ddafdfe',
    original: () => upstream<unknown>('consumer/filterAbortedMessages'),
  },
  {
    what: 'Batch',
    hash: '799e97e822b02358f7d8d1ba2ed719d11e28012a82def5664e2239c53ef52612',
    original: () => upstream<unknown>('consumer/batch'),
  },
] as const;

export function patchAbortedRecords(): void {
  for (const { what, hash, original } of ABORTED_PATCHES) mustBeKnown(what, original(), hash);
  const fetch = brokerClass().prototype.fetch;
  brokerClass().prototype.fetch = async function fetchCommitted(this: unknown, request) {
    const answer = await fetch.call(this, request);
    for (const { partitions } of answer.responses) partitions.forEach(hideAborted);
    return answer;
  };
}

const ABORT_MARKER = Buffer.from([0, 0, 0, 0]);

/** Marks the records of aborted transactions so that kafkajs hands none of them over. */
export function hideAborted(partition: FetchedPartition): void {
  const waiting = [...(partition.abortedTransactions ?? [])].sort((a, b) =>
    BigInt(a.firstOffset) < BigInt(b.firstOffset) ? -1 : 1,
  );
  if (waiting.length === 0) return;
  const aborted = new Set<string>();
  for (const record of partition.messages) {
    const offset = BigInt(record.offset);
    while (waiting[0] !== undefined && BigInt(waiting[0].firstOffset) <= offset) {
      aborted.add(waiting[0].producerId);
      waiting.shift();
    }
    const { producerId, inTransaction } = record.batchContext;
    if (record.isControlRecord) {
      if (record.key?.equals(ABORT_MARKER) === true) aborted.delete(producerId);
    } else if (inTransaction && aborted.has(producerId)) {
      record.isControlRecord = true;
    }
  }
  partition.abortedTransactions = [];
}
