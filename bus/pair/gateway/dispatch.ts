/**
 * Which pairs of a topic a change can concern. Pairs whose predicate needs a certain text in a
 * column are found by that text, so that hundreds that want other rows cost nothing. Never leaves
 * out a pair that the change could bring a record or a fault: values that are no text go to all.
 */
import type { Requirement } from '../../agreement/predicate/requirement.ts';
import type { RowImage } from '../../change/envelope.ts';

type Image = RowImage | null;

export type Dispatch<P> = {
  /** Each pair at most once, in no particular order. */
  for(before: Image, after: Image): Iterable<P>;
};

export type Dispatched<P> = { readonly pair: P; readonly requirement: Requirement | undefined };

export function dispatchOf<P>(
  pairs: readonly Dispatched<P>[],
  indexOf: (column: string) => number,
): Dispatch<P> {
  const always = pairs.filter(({ requirement }) => !requirement).map(({ pair }) => pair);
  const groups = new Map<string, Group<P>>();
  for (const { pair, requirement } of pairs) {
    if (!requirement) continue;
    const group = groupOf<P>(requirement, indexOf);
    const known = groups.get(group.name) ?? group;
    groups.set(group.name, known);
    known.all.push(pair);
    for (const text of new Set(requirement.texts)) {
      const own = known.byText.get(text);
      if (own) own.push(pair);
      else known.byText.set(text, [pair]);
    }
  }
  const each = [...groups.values()];
  return {
    for(before, after) {
      if (each.length === 0) return always;
      const found = new Set(always);
      for (const group of each) {
        gather(found, group, before);
        gather(found, group, after);
      }
      return found;
    },
  };
}

/** Pairs that need a text of one column: the whole of it, or a beginning of one length. */
type Group<P> = {
  readonly name: string;
  readonly at: number;
  readonly length: number | undefined;
  readonly byText: Map<string, P[]>;
  readonly all: P[];
};

function groupOf<P>(
  { column, test, texts }: Requirement,
  indexOf: (column: string) => number,
): Group<P> {
  const length = test === 'is' ? undefined : texts[0]?.length;
  const at = indexOf(column);
  return { name: `${at} ${length}`, at, length, byText: new Map(), all: [] };
}

function gather<P>(found: Set<P>, { at, length, byText, all }: Group<P>, image: Image): void {
  if (image === null) return;
  const value = image[at];
  const text = typeof value === 'string' && length !== undefined ? value.slice(0, length) : value;
  const wanted = typeof text === 'string' ? byText.get(text) : all;
  if (wanted) for (const pair of wanted) found.add(pair);
}
