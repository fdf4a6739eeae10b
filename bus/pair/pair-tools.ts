/**
 * Predicates and masks of compiled pairs, ready for the gateway to bind: the one place where a
 * pair's words, the predicate compiler, the masks and the key store meet. A pair whose predicate no
 * longer checks or whose key is missing cannot be bound, and so delivers nothing.
 */
import { compileMask, keyScopeName } from '../agreement/mask/mask.ts';
import { checkPredicate } from '../agreement/predicate/predicate.ts';
import { must } from '../base/assert.ts';
import { ProblemsError } from '../base/errors.ts';
import type { PairTools } from './gateway/bound-pair.ts';
import type { KeyStore } from './key-store.ts';
import type { CompiledPair } from './pair.ts';

/**
 * Tools with the keys of `keys`.
 * @throws from the tools: ProblemsError for a predicate that does not fit its columns;
 * MASK_KEY_ABSENT, MASK_KEY_BROKEN or BUS_SECRET_EXPOSED for a key.
 */
export function pairTools(keys: Pick<KeyStore, 'keyNow'>): PairTools {
  return {
    predicate(rows, indexOf) {
      const { predicate, problems } = checkPredicate(rows.cel, rows.columns);
      if (predicate) return predicate.bind(indexOf);
      throw new ProblemsError(
        'the row predicate of a compiled pair',
        problems.map((message) => ({ path: 'scope.rows', message })),
      );
    },
    requirement: (rows) => checkPredicate(rows.cel, rows.columns).predicate?.requirement,
    mask({ mask, name, type }, pair) {
      const known = must(mask, `field ${name} has a mask`);
      const scope = keyScopeName(known, ownerOf(pair));
      return compileMask(known, type, scope === undefined ? undefined : keys.keyNow(scope));
    },
  };
}

/** Names of all keys that the pair's masks need, each once; deployment makes them before it delivers. */
export function keyScopesOf(pair: CompiledPair): readonly string[] {
  const scopes = pair.fields.flatMap(({ mask }) => {
    const scope = mask && keyScopeName(mask, ownerOf(pair));
    return scope === undefined ? [] : [scope];
  });
  return [...new Set(scopes)];
}

function ownerOf({ agreement }: CompiledPair): Parameters<typeof keyScopeName>[1] {
  return { agreementId: agreement.id, theme: agreement.theme, version: agreement.version };
}
