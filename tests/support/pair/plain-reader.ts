/**
 * A plain read-committed consumer of one pair topic, with nothing to help it but the order of
 * records: keeps the copy and notes every record that says what the copy says already.
 */
import type { KafkaBus } from '../../../bus/kafka/kafka.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import { pairDecoder } from '../../../bus/pair/record.ts';

export type PlainCopy = {
  readonly rows: Map<string, readonly unknown[]>;
  /** Of the copy that readers see; 0 before the first. */
  readonly generation: number;
  readonly records: number;
  /** Records that changed nothing: a row that stood so already, a delete of what was not there. */
  readonly useless: readonly string[];
  /** Every record, for messages. */
  readonly history: readonly string[];
  readonly ended: boolean;
};

/** Reads the topic from its beginning to its end; `pairs` are all versions of the agreement. */
export async function readPlainly(
  bus: KafkaBus,
  pairs: readonly CompiledPair[],
): Promise<PlainCopy> {
  const decoders = new Map(
    pairs.map((pair) => [pairDecoder(pair).contentHash, { pair, decoder: pairDecoder(pair) }]),
  );
  const reader = await bus.reader();
  const state: State = {
    rows: new Map(),
    staged: undefined,
    generation: 0,
    newest: 0,
    records: 0,
    useless: [],
    history: [],
    ended: false,
  };
  const topic = pairs[0]?.topic.name ?? '';
  let offset = 0n;
  for (;;) {
    const [range] = await reader.fetch([{ topic, partition: 0, offset }], { waitMs: 0 });
    for (const { key, value } of range?.records ?? []) {
      if (value === null) throw new Error('a record without a value');
      take(state, decode(decoders, key, value));
    }
    if (!range || range.nextOffset === offset) break;
    offset = range.nextOffset;
  }
  await reader.close();
  return state;
}

type Decoded = ReturnType<ReturnType<typeof pairDecoder>['value']> & {
  readonly key: string | undefined;
};
type State = {
  rows: Map<string, readonly unknown[]>;
  staged: Map<string, readonly unknown[]> | undefined;
  generation: number;
  newest: number;
  records: number;
  readonly useless: string[];
  readonly history: string[];
  ended: boolean;
};

function decode(
  decoders: ReadonlyMap<string, { readonly decoder: ReturnType<typeof pairDecoder> }>,
  key: Buffer | null,
  value: Buffer,
): Decoded {
  const problems: unknown[] = [];
  for (const [hash, { decoder }] of decoders) {
    try {
      const record = decoder.value(value);
      if (`$1$${record.agreement.toString('base64url')}` !== hash) continue;
      return { ...record, key: key ? String(decoder.key(key)[0]) : undefined };
    } catch (error) {
      problems.push(error);
    }
  }
  throw new Error(`a record of no known version: ${problems.map(String).join()}`);
}

function take(state: State, { kind, key = '', row, generation, version }: Decoded): void {
  if (state.ended) throw new Error('a record after the end');
  state.records++;
  state.history.push(`${kind} ${key} generation ${generation} version ${version}`);
  if (kind === 'BACKFILL_START') {
    state.newest = generation;
    state.staged = new Map();
  } else if (generation < state.newest) {
    // Written before the writer knew of the newer copy.
  } else if (kind === 'BACKFILL_END') {
    state.rows = state.staged ?? new Map();
    state.staged = undefined;
    state.generation = generation;
  } else if (kind === 'END') {
    state.ended = true;
  } else if (kind === 'UPSERT' && row) {
    const rows = state.staged ?? state.rows;
    if (JSON.stringify(rows.get(key)) === JSON.stringify(row)) state.useless.push(`UPSERT ${key}`);
    rows.set(key, row);
  } else if (kind === 'DELETE') {
    if (!(state.staged ?? state.rows).delete(key)) state.useless.push(`DELETE ${key}`);
  }
}
