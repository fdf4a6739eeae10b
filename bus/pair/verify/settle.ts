/**
 * Decides which of a copy's suspects differ from what the hub gives, by the rule of bus/verify, and
 * says how each of these differs.
 */
import {
  settleSuspects,
  type FlowAnswer,
  type ReadRows,
  type SettleLimits,
} from '../../verify/suspects.ts';
import { rowsOf, stateOf, type Sides } from './compare.ts';
import type { DeliveredRow } from './rows.ts';

export type PairDifference = {
  /** As delivered: tokens where the key is masked. */
  readonly key: readonly string[];
  /** missing: the copy lacks it; surplus: only the copy has it. */
  readonly kind: 'missing' | 'surplus' | 'different';
  /** Delivered fields that differ; empty unless `kind` is different. */
  readonly columns: readonly string[];
};

export type SettledPair = {
  readonly differences: readonly PairDifference[];
  /** Keys that differed at every reading and could not be decided. */
  readonly undecided: readonly (readonly string[])[];
  readonly flow: FlowAnswer;
};

export type SettlePair = SettleLimits & {
  readonly sides: Sides;
  readonly fields: readonly string[];
};

/** Reads the keys with these ids again until each is cleared or believed. */
export async function settlePair(
  ids: ReadonlySet<string>,
  { sides, fields, ...limits }: SettlePair,
): Promise<SettledPair> {
  const [hub, copy] = [reading(sides.hub), reading(sides.copy)];
  const { believed, undecided, flow } = await settleSuspects(ids, {
    original: hub.read,
    copy: copy.read,
    ...limits,
  });
  const found = (id: string): Found => ({ expected: hub.last(id), held: copy.last(id) });
  return {
    differences: believed.map((id) => differenceOf(found(id), fields)),
    undecided: undecided.map((id) => keyOf(found(id))),
    flow,
  };
}

type Reading = {
  readonly read: ReadRows;
  /** The row as it was read last. */
  readonly last: (id: string) => DeliveredRow | undefined;
};

function reading(side: Sides['hub' | 'copy']): Reading {
  const last = new Map<string, DeliveredRow | undefined>();
  return {
    last: (id) => last.get(id),
    read: async (ids) => {
      const wanted = new Set(ids);
      const rows = await rowsOf(side, ({ id }) => wanted.has(id));
      for (const id of ids) last.set(id, rows.get(id));
      return (id) => stateOf(rows.get(id));
    },
  };
}

type Found = {
  readonly expected: DeliveredRow | undefined;
  readonly held: DeliveredRow | undefined;
};

function keyOf({ expected, held }: Found): readonly string[] {
  return (expected ?? held)?.key ?? [];
}

function differenceOf({ expected, held }: Found, fields: readonly string[]): PairDifference {
  const key = keyOf({ expected, held });
  if (!held) return { key, kind: 'missing', columns: [] };
  if (!expected) return { key, kind: 'surplus', columns: [] };
  const columns = fields.filter((_, at) => expected.prints[at] !== held.prints[at]);
  return { key, kind: 'different', columns };
}
