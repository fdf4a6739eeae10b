/**
 * The tools of one plan: pairs that put the same mask, with the same key, on a column share it, and a
 * shared mask remembers what it gave last. Hundreds of pairs see the same two images of a change one
 * after the other, so a token is counted once for all of them. Masks are pure, so nobody can tell.
 */
import { keyScopeName } from '../../agreement/mask/mask.ts';
import { sqlTypeOf } from '../../change/column-type.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import type { CompiledPair, PairField } from '../pair.ts';
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
      const mask = remembering(tools.mask(field, pair));
      masks.set(name, mask);
      return mask;
    },
  };
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

/** Of the last two values: those before and after a change. What throws is asked again. */
function remembering(mask: Mask): Mask {
  let last: readonly [ColumnValue, ColumnValue] | undefined;
  let older: readonly [ColumnValue, ColumnValue] | undefined;
  return (value) => {
    if (last && last[0] === value) return last[1];
    if (older && older[0] === value) return older[1];
    const masked = mask(value);
    older = last;
    last = [value, masked];
    return masked;
  };
}
