/**
 * What the pairs of one plan share: those that put the same mask, with the same key, on a column
 * share it, and those that deliver the same keys share their encoder. Both remember what they gave
 * last. Hundreds of pairs see the same two images of a change one after the other, so a token is
 * counted, and a key encoded, once for all of them. Both are pure, so nobody can tell.
 */
import { keyScopeName } from '../../agreement/mask/mask.ts';
import { sqlTypeOf } from '../../change/column-type.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import type { CompiledPair, PairField } from '../pair.ts';
import { keyEncoder, type PairEncoder } from '../record.ts';
import type { PairTools } from './bound-pair.ts';

type Mask = (value: ColumnValue) => ColumnValue;

/** Good for one plan: a key that was withdrawn is missed by the next. */
export function sharedTools(tools: PairTools): PairTools {
  const masks = new Map<string, Mask>();
  return {
    ...tools,
    mask(field, pair) {
      const name = nameOf(field, pair);
      const known = masks.get(name);
      if (known) return known;
      const mask = remembering(tools.mask(field, pair), isIdentical);
      masks.set(name, mask);
      return mask;
    },
  };
}

type EncodeKey = PairEncoder['key'];

/** Encoders of keys by what makes them the same; good for as long as anybody likes. */
export function sharedKeys(): (pair: CompiledPair, id: number) => EncodeKey {
  const encoders = new Map<string, EncodeKey>();
  return (pair, id) => {
    const fields = pair.fields.slice(0, pair.keyFields).map((field) => nameOf(field, pair));
    const name = JSON.stringify([id, pair.keySchema, fields]);
    const encode = encoders.get(name) ?? remembering(keyEncoder(pair.keySchema, id), isSameKey);
    encoders.set(name, encode);
    return encode;
  };
}

const isIdentical = (one: ColumnValue, other: ColumnValue): boolean => one === other;

function isSameKey(one: readonly ColumnValue[], other: readonly ColumnValue[]): boolean {
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return one.length === other.length;
}

/** Two masks of one name give the same for every value. */
function nameOf(
  { name, mask, type, deliveredType }: PairField,
  { agreement }: CompiledPair,
): string {
  const { id: agreementId, theme, version } = agreement;
  const scope = mask && keyScopeName(mask, { agreementId, theme, version });
  // The column too, so that its values find what was remembered of this very change.
  return JSON.stringify([name, mask, sqlTypeOf(type), sqlTypeOf(deliveredType), scope]);
}

/** Of the last two inputs: those before and after a change. What throws is asked again. */
function remembering<I, O>(
  of: (input: I) => O,
  isSame: (one: I, other: I) => boolean,
): (input: I) => O {
  type Known = { readonly input: I; readonly output: O };
  let last: Known | undefined;
  let older: Known | undefined;
  return (input) => {
    if (last && isSame(last.input, input)) return last.output;
    if (older && isSame(older.input, input)) return older.output;
    const output = of(input);
    older = last;
    last = { input, output };
    return output;
  };
}
