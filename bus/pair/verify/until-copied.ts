/** Waits until a whole copy that was asked for is written by the gateway and told by the subscriber. */
import type { Clock } from '../../base/clock.ts';
import { waitFor } from '../../base/retry.ts';
import type { KafkaBus } from '../../kafka/kafka.ts';
import { readReceipts, type Receipt } from '../subscriber/receipts.ts';
import type { GatewayWatch } from './gateway-watch.ts';

const POLL_MS = 300;

/** Answers the receipt. Throws BUS_TIMEOUT with the end that is waited for, and BUS_ABORTED. */
export async function untilCopied(
  {
    agreementId,
    request,
  }: {
    readonly agreementId: string;
    /** The deployment's generation that the copy answers; a later one answers it too. */
    readonly request: number;
  },
  {
    kafka,
    watch,
    clock,
    timeoutMs,
    signal,
  }: {
    readonly kafka: KafkaBus;
    readonly watch: Pick<GatewayWatch, 'copyOf'>;
    readonly clock: Clock;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  },
): Promise<Receipt> {
  const deadline = clock.now() + timeoutMs;
  const options = { intervalMs: POLL_MS, clock, ...(signal ? { signal } : {}) };
  const written = await waitFor(
    async () => {
      const copy = await watch.copyOf(agreementId);
      return copy?.state === 'done' && copy.request >= request ? copy : undefined;
    },
    { ...options, what: 'the gateway to write the copy', timeoutMs },
  );
  return waitFor(
    async () => {
      const { receipts } = await readReceipts(kafka, [agreementId]);
      const receipt = receipts.get(agreementId);
      const isThere = receipt?.state === 'live' && receipt.generation >= written.generation;
      return isThere ? receipt : undefined;
    },
    {
      ...options,
      what: 'the subscriber to have the copy',
      timeoutMs: Math.max(1, deadline - clock.now()),
    },
  );
}
