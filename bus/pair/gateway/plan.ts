/**
 * The gateway's plan for one state of the agreements: per view topic, the reader of its changes
 * and the pairs that read it, each bound to the reader's columns. Made anew when the lease changes.
 */
import { must } from '../../base/assert.ts';
import { hashBytes, pairEncoder, type PairEncoder } from '../record.ts';
import {
  bindPair,
  topicColumns,
  type BoundPair,
  type Column,
  type PairTools,
} from './bound-pair.ts';
import { changeReader, type ChangeReader } from './changes.ts';
import { dispatchOf, type Dispatch } from './dispatch.ts';
import type { LeasedPair, LeaseSnapshot } from './lease.ts';
import { sharedKeys, sharedTools } from './shared-tools.ts';

export type PlannedPair = BoundPair & {
  readonly leased: LeasedPair;
  readonly encoder: PairEncoder;
  readonly hash: Buffer;
};

export type PlannedTopic = {
  readonly topic: string;
  readonly reader: ChangeReader;
  /** In the order of its images. */
  readonly columns: readonly Column[];
  readonly pairs: ReadonlyMap<string, PlannedPair>;
  /** Which of them a change can concern. */
  readonly dispatch: Dispatch<PlannedPair>;
};

export type GatewayPlan = {
  /** That of the lease it was made of. */
  readonly version: bigint;
  readonly topics: ReadonlyMap<string, PlannedTopic>;
  /** By agreement. */
  readonly pairs: ReadonlyMap<string, PlannedPair>;
  /** Pairs that cannot be bound deliver nothing; why, by agreement. */
  readonly refused: ReadonlyMap<string, unknown>;
};

export type PlanOptions = {
  readonly tools: PairTools;
  readonly fetchSchema: (id: number) => Promise<unknown>;
};

export function makePlan(
  { version, pairs }: LeaseSnapshot,
  options: PlanOptions,
  encoderOf: (leased: LeasedPair) => PairEncoder = encoders(),
): GatewayPlan {
  const refused = new Map<string, unknown>();
  const topics = new Map<string, PlannedTopic>();
  const tools = sharedTools(options.tools);
  for (const [topic, members] of Map.groupBy(pairs, ({ pair }) => pair.resource.topic)) {
    const columns = topicColumns(members.map(({ pair }) => pair));
    const planned = new Map<string, PlannedPair>();
    for (const leased of members) {
      const { pair } = leased;
      try {
        const bound = bindPair(pair, columns, tools);
        const encoder = encoderOf(leased);
        const hash = hashBytes(pair.agreement.contentHash);
        planned.set(pair.agreement.id, { ...bound, leased, encoder, hash });
      } catch (error) {
        refused.set(pair.agreement.id, error);
      }
    }
    const key = members[0]?.pair.resource.key ?? [];
    const reader = changeReader(columns, key, options.fetchSchema);
    const dispatch = dispatchTo([...planned.values()], columns, tools);
    topics.set(topic, { topic, reader, columns, pairs: planned, dispatch });
  }
  const all = [...topics.values()].flatMap((topic) => [...topic.pairs]);
  return { version, topics, pairs: new Map(all), refused };
}

function encoders(): (leased: LeasedPair) => PairEncoder {
  const keyOf = sharedKeys();
  return ({ pair, schemaIds }) => pairEncoder(pair, schemaIds, keyOf(pair, schemaIds.key));
}

function dispatchTo(
  pairs: readonly PlannedPair[],
  columns: readonly Column[],
  tools: PairTools,
): Dispatch<PlannedPair> {
  const positions = new Map(columns.map(({ name }, at) => [name, at]));
  return dispatchOf(
    pairs.map((planned) => {
      const { rows } = planned.pair;
      return { pair: planned, requirement: rows ? tools.requirement?.(rows) : undefined };
    }),
    (column) => must(positions.get(column), `column ${column} is read from the topic`),
  );
}

/**
 * Plans are the same for all shards of a process: one is kept. Encoders are most of the work of a
 * plan and depend on nothing else in it, so those of pairs that did not change go into the next.
 */
export class Plans {
  readonly #options: PlanOptions;
  readonly #newEncoder = encoders();
  #plan: GatewayPlan | undefined;
  #encoders: ReadonlyMap<string, PairEncoder> = new Map();

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  get fetchSchema(): PlanOptions['fetchSchema'] {
    return this.#options.fetchSchema;
  }

  of(snapshot: LeaseSnapshot): GatewayPlan {
    if (this.#plan?.version !== snapshot.version) this.#plan = this.#make(snapshot);
    return this.#plan;
  }

  #make(snapshot: LeaseSnapshot): GatewayPlan {
    const encoders = new Map<string, PairEncoder>();
    const plan = makePlan(snapshot, this.#options, (leased) => {
      const { key, value } = leased.schemaIds;
      const name = `${leased.pair.agreement.contentHash} ${key} ${value}`;
      const encoder = this.#encoders.get(name) ?? this.#newEncoder(leased);
      encoders.set(name, encoder);
      return encoder;
    });
    this.#encoders = encoders;
    return plan;
  }
}
