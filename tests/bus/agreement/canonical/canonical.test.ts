import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, contentHash } from '../../../../bus/agreement/canonical/canonical.ts';
import { contentOf } from '../../../../bus/agreement/document/agreement-schema.ts';
import { loadAgreement } from '../../../../bus/agreement/document/load-agreement.ts';
import { newSigningKey, publicKeyOf } from '../../../../bus/agreement/signature/keys.ts';
import {
  signStatement,
  verifyStatement,
  type Statement,
} from '../../../../bus/agreement/signature/signature.ts';

describe('the canonical text of JSON (RFC 8785)', () => {
  const values: readonly [unknown, string, string][] = [
    [{ b: 1, a: 2 }, '{"a":2,"b":1}', 'keys in order'],
    [
      { '\u20ac': 1, '\r': 2, '1': 3, '\ud83d\ude00': 4, '\ufb33': 5 },
      '{"\\r":2,"1":3,"€":1,"😀":4,"\ufb33":5}',
      'by UTF-16 units',
    ],
    [
      [56, { d: true, c: null }, 1e21, 0.000001, 1e-7, -0, 4.5],
      '[56,{"c":null,"d":true},1e+21,0.000001,1e-7,0,4.5]',
      'numbers as ECMAScript writes them',
    ],
    [
      '\u0000\b\t\n\f\r"\\/\u007f\u2028',
      '"\\u0000\\b\\t\\n\\f\\r\\"\\\\/\u007f\u2028"',
      'the shortest escapes',
    ],
    [{ a: undefined, b: [] }, '{"b":[]}', 'nothing for what is undefined'],
  ];
  test.each(values)('%j is %s: %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], ['\ud800'], [undefined]])(
    '%j has none',
    (value) => {
      expect(() => canonicalJson(value)).toThrow(/not allowed|canonical text/);
    },
  );

  test('does not depend on the order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  // As fromEntries, a key "__proto__" is a key like any other.
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, one]) => [key, reversed(one)]),
  );
}

const { value: file } = await loadAgreement(
  'agreements/population-to-housing-security/agreement.yaml',
);
const content = contentOf(file!);
const text = canonicalJson(content);

describe('the content hash', () => {
  test('is fixed by the content alone: a change of this value breaks every signature there is', () => {
    expect(contentHash(content)).toBe('$1$whIQH4poIQqpr9WyGUDBuTcqBGc_rkQtTvCdIV4Jhlc');
  });

  test('leaves itself and the signatures out, and nothing else', () => {
    const hash = contentHash(content);
    expect(contentHash({ ...content, contentHash: hash, signatures: [{}] })).toBe(hash);
    for (const key of Object.keys(content))
      expect({ key, hash: contentHash({ ...content, [key]: undefined }) }).not.toMatchObject({
        hash,
      });
  });

  test('and both signatures break by any changed byte of the agreement', async () => {
    const keys = await Promise.all([newSigningKey('BJ-GAJ'), newSigningKey('BJ-ZFB')]);
    const known = keys.map(publicKeyOf);
    const stated = (hash: string): Statement => ({
      id: content.id,
      contentHash: hash,
      verb: 'sign',
      previousEventHash: null,
      time: '2026-11-22T10:00:00Z',
    });
    const signatures = await Promise.all(
      keys.map((key) => signStatement(stated(contentHash(content)), key)),
    );
    const bytes = Buffer.from(text);
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const altered = Buffer.from(bytes);
          altered[at] = (altered[at] ?? 0) ^ flip;
          const parsed = parsedOrNone(altered.toString('utf8'));
          // What is no JSON any more is no agreement; another spelling of the same is no change.
          fc.pre(parsed !== undefined && canonicalJson(parsed) !== text);
          tried++;
          for (const jws of signatures)
            await expect(
              verifyStatement(jws, stated(contentHash(parsed!)), known),
            ).rejects.toMatchObject({ code: 'AGREEMENT_SIGNATURE_INVALID' });
        },
      ),
      { numRuns: 300 },
    );
    expect(tried).toBe(300);
    for (const jws of signatures)
      await expect(
        verifyStatement(jws, stated(contentHash(content)), known),
      ).resolves.toBeDefined();
  });
});

function parsedOrNone(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
