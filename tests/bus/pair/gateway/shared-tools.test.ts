import { describe, expect, test } from 'vitest';
import type { CompiledPair, PairField } from '../../../../bus/pair/pair.ts';
import { sharedTools } from '../../../../bus/pair/gateway/shared-tools.ts';
import { SALE_COLUMNS, salePair, saleTools } from '../../../support/pair/pair-fixture.ts';

const TOKEN = { method: 'hmac-sha256', keyScope: 'pair' } as const;
const BUYER: PairField = {
  name: 'buyer',
  type: SALE_COLUMNS.buyer,
  deliveredType: SALE_COLUMNS.buyer,
  mask: TOKEN,
};

function counted() {
  const made: string[] = [];
  const masked: unknown[] = [];
  const tools = sharedTools({
    ...saleTools,
    mask: (field, pair) => {
      made.push(`${pair.agreement.id}/${field.name}`);
      return (value) => {
        masked.push(value);
        if (value === 'bad') throw new Error('cannot be masked');
        return `${pair.agreement.id}:${String(value)}`;
      };
    },
  });
  return { tools, made, masked };
}

function ofTheme(id: string, theme: string): CompiledPair {
  const pair = salePair({ id });
  return { ...pair, agreement: { ...pair.agreement, theme } };
}

describe('a mask is shared', () => {
  test.each([
    ['by pairs of one theme whose key is the theme’s', 'theme', ['a', 'a'], 1],
    ['not by pairs of two themes', 'theme', ['a', 'b'], 2],
    ['not where each pair has its own key', 'pair', ['a', 'a'], 2],
  ] as const)('%s', (_what, keyScope, themes, count) => {
    const { tools, made } = counted();
    const field: PairField = { ...BUYER, mask: { method: 'hmac-sha256', keyScope } };
    themes.forEach((theme, at) => tools.mask(field, ofTheme(`p${at}`, theme)));
    expect(made).toHaveLength(count);
  });

  test('not by two columns or two ways of masking', () => {
    const { tools, made } = counted();
    const pair = ofTheme('p', 'a');
    tools.mask(BUYER, pair);
    tools.mask({ ...BUYER, name: 'secret' }, pair);
    tools.mask({ ...BUYER, mask: { method: 'null' } }, pair);
    expect(made).toHaveLength(3);
  });
});

describe('a shared mask', () => {
  test('gives for every value what the mask gives, asked once for the two images of a change', () => {
    const { tools, masked } = counted();
    const mask = tools.mask(BUYER, ofTheme('p', 'a'));
    const values = ['x', 'y', 'x', 'y', 'x', 'z', null, null, 'x'];
    expect(values.map(mask)).toEqual(values.map((value) => `p:${String(value)}`));
    expect(masked).toEqual(['x', 'y', 'z', null, 'x']);
  });

  test('fails again for a value that it cannot mask', () => {
    const { tools } = counted();
    const mask = tools.mask(BUYER, ofTheme('p', 'a'));
    expect(() => mask('bad')).toThrow('cannot be masked');
    expect(() => mask('bad')).toThrow('cannot be masked');
    expect(mask('good')).toBe('p:good');
  });
});
