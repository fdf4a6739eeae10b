/**
 * A plain read-committed consumer of one pair topic, with nothing to help it but the order of
 * records: keeps the copy and notes every record that says what the copy says already.
 */
import { createHash } from 'node:crypto';
import { cutoff, type Cutoff } from '../../../bus/pair/control-record.ts';
import { KeySet } from '../../../bus/pair/key-set.ts';
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
  /** Days of a daily pair, in the order delivered. */
  readonly days: readonly string[];
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
    isDaily: pairs.some(({ delivery }) => delivery.mode === 'daily'),
    pending: new Map(),
    days: [],
    lastManifest: null,
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
  readonly framed: Buffer;
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
  readonly isDaily: boolean;
  /** Net changes since the last cut-off; null: deleted. */
  readonly pending: Map<string, { readonly row: Row | null; readonly framed: Buffer }>;
  readonly days: string[];
  lastManifest: string | null;
};

type Row = readonly unknown[];

/** A manifest has to be right in all that it says. */
function applyDay(state: State, manifest: Cutoff, text: string): void {
  const keys = new KeySet();
  let upserts = 0;
  for (const [key, { row, framed }] of state.pending) {
    keys.add(framed);
    if (row) upserts++;
    if (row) state.rows.set(key, row);
    else state.rows.delete(key);
  }
  const { keySetHash, previous } = manifest;
  const counted = {
    upserts,
    deletes: state.pending.size - upserts,
    keySetHash: keys.hash,
    previous: state.lastManifest,
  };
  const said = { upserts: manifest.upserts, deletes: manifest.deletes, keySetHash, previous };
  if (JSON.stringify(counted) !== JSON.stringify(said))
    throw new Error(
      `the manifest of ${manifest.day} says ${JSON.stringify(said)}, and it is ${JSON.stringify(counted)}`,
    );
  state.days.push(manifest.day);
  state.lastManifest = createHash('sha256').update(text).digest('hex');
  state.pending.clear();
}

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
      return {
        ...record,
        key: key ? String(decoder.key(key)[0]) : undefined,
        framed: key ?? Buffer.alloc(0),
      };
    } catch (error) {
      problems.push(error);
    }
  }
  throw new Error(`a record of no known version: ${problems.map(String).join()}`);
}

function take(
  state: State,
  { kind, key = '', row, generation, version, control, framed }: Decoded,
): void {
  if (state.ended) throw new Error('a record after the end');
  state.records++;
  state.history.push(`${kind} ${key} generation ${generation} version ${version}`);
  if (kind === 'BACKFILL_START') {
    state.newest = generation;
    state.staged = new Map();
    state.pending.clear();
    state.lastManifest = null;
  } else if (generation < state.newest) {
    // Written before the writer knew of the newer copy.
  } else if (kind === 'BACKFILL_END') {
    state.rows = state.staged ?? new Map();
    state.staged = undefined;
    state.generation = generation;
  } else if (kind === 'END') {
    state.ended = true;
  } else if (kind === 'CUTOFF') {
    applyDay(state, cutoff.parse(JSON.parse(control ?? '')), control ?? '');
  } else if (state.isDaily && !state.staged) {
    state.pending.set(key, { row: kind === 'UPSERT' ? row : null, framed });
  } else if (kind === 'UPSERT' && row) {
    const rows = state.staged ?? state.rows;
    if (JSON.stringify(rows.get(key)) === JSON.stringify(row)) state.useless.push(`UPSERT ${key}`);
    rows.set(key, row);
  } else if (kind === 'DELETE') {
    if (!(state.staged ?? state.rows).delete(key)) state.useless.push(`DELETE ${key}`);
  }
}
