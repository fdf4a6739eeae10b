/**
 * Follows what is delivered to one pair from the hub's log to the copy: is everything that was
 * committed at a moment captured, sent, and applied? Reads only: the connector's offset, the
 * gateway's progress and the notes that the kit keeps beside the copy.
 */
import type { Clock } from '../../base/clock.ts';
import type { KafkaAdmin, LogReader } from '../../kafka/kafka.ts';
import type { SqlSession } from '../../sql/sql.ts';
import { unitFlow, type CaptureWatch, type ReadTo } from '../../verify/flow.ts';
import type { Flow } from '../../verify/suspects.ts';
import type { CompiledPair } from '../pair.ts';
import { readProgress } from '../subscriber/progress-store.ts';
import { GatewayWatch } from './gateway-watch.ts';

export type PairFlowPorts = {
  /** Of the hub's log, by the connector that captures the pair's view. */
  readonly capture: CaptureWatch;
  readonly admin: Pick<KafkaAdmin, 'writtenEnds'>;
  readonly reader: LogReader;
  /** The subscriber's database. */
  readonly copy: SqlSession;
  readonly clock: Clock;
  /** Default: the gateway's. */
  readonly progressTopic?: string;
};

/** `halted`: the gateway holds the pair, or the copy stands still; neither ends by waiting. */
export function pairFlow(pair: CompiledPair, ports: PairFlowPorts): Flow {
  const { capture, admin, clock, copy } = ports;
  const gateway = new GatewayWatch(ports);
  const ends = (topic: string) => async () =>
    new Map(
      // Records of open transactions included: what is decided shows some moments later.
      (await admin.writtenEnds([topic])).map(({ partition, offset }) => [partition, offset]),
    );
  const sent = unitFlow({
    capture,
    ends: ends(pair.resource.topic),
    progress: () => gateway.positions(pair),
    clock,
  });
  const applied = unitFlow({
    capture: CAPTURED,
    ends: ends(pair.topic.name),
    progress: () => copyPositions(copy, pair),
    clock,
  });
  return {
    async untilApplied(limitMs) {
      const deadline = clock.now() + limitMs;
      // Said at once: capture is nothing to wait for then.
      if ((await gateway.positions(pair)).some(({ haltCode }) => haltCode !== null))
        return 'halted';
      const answer = await sent.untilApplied(limitMs);
      if (answer !== 'applied') return answer;
      return applied.untilApplied(Math.max(1, deadline - clock.now()));
    },
  };
}

/** What the gateway has written is captured. */
const CAPTURED: CaptureWatch = {
  position: () => Promise.resolve(''),
  state: () => Promise.resolve({ running: true, at: '' }),
  hasReached: () => true,
};

async function copyPositions(
  database: SqlSession,
  { agreement }: CompiledPair,
): Promise<readonly ReadTo[]> {
  const parts = await readProgress(database, agreement.id);
  return parts.map(({ part, next, faultCode }) => ({
    partition: part,
    nextOffset: next,
    haltCode: faultCode,
  }));
}
