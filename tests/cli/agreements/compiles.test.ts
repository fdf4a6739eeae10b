/** What the linter lets pass compiles: nobody signs what cannot be delivered. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgreedField, AgreementContent, Mask } from '../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import { contentOf } from '../../../bus/agreement/document/agreement-schema.ts';
import { loadAgreement } from '../../../bus/agreement/document/load-agreement.ts';
import { isClean } from '../../../bus/agreement/lint/lint.ts';
import type { Resource } from '../../../bus/agreement/resource.ts';
import { compilePair } from '../../../bus/pair/compile/compile-pair.ts';
import { lintIn, loadWorld } from '../../../cli/agreements/world.ts';

const world = await loadWorld();
const shared = world.resources.filter(({ sharingType }) => sharingType !== 'not-shared');
const { value: file } = await loadAgreement('agreements/housing-sales-to-local-tax/agreement.yaml');
const base = contentOf(file!);

const masks: readonly Mask[] = [
  { method: 'null' },
  { method: 'partial', keep: 'ends', count: 2 },
  { method: 'generalise', to: 'year' },
  { method: 'generalise', to: 'month' },
  { method: 'generalise', to: 'prefix', length: 3 },
  { method: 'truncate', length: 5 },
  { method: 'hmac-sha256', keyScope: 'theme' },
];

function fieldsOf({ key, fields }: Resource): fc.Arbitrary<AgreedField[]> {
  const names = fields
    .filter(({ classification }) => classification !== 'sensitive')
    .map(({ name }) => name);
  const one = fc.record(
    {
      name: fc.constantFrom(...names, ...key),
      required: fc.boolean(),
      mask: fc.constantFrom(...masks),
    },
    { requiredKeys: ['name', 'required'] },
  );
  const keys = fc.constant(key.map((name) => ({ name, required: true })));
  return fc
    .tuple(keys, fc.array(one, { maxLength: 4 }))
    .map(([first, rest]) => [...first, ...rest]);
}

const agreements: fc.Arbitrary<{ content: AgreementContent; resource: Resource }> = fc
  .constantFrom(...shared)
  .chain((resource) =>
    fc
      .record({
        fields: fieldsOf(resource),
        column: fc.constantFrom(...resource.fields.map(({ name }) => name)),
        filter: fc.constantFrom(undefined, ' != null', " == 'x'", ' > 3', ".startsWith('1')"),
        table: fc.constantFrom('copy', 'Copy', 'a__b'),
      })
      .map(({ fields, column, filter, table }) => ({
        resource,
        content: {
          ...base,
          provider: { orgId: resource.provider, contact: [], signer: `${resource.provider}-1` },
          resource: { resourceId: resource.id, contractVersion: '1.x' },
          scope: {
            onRowExit: 'retract' as const,
            backfill: 'snapshot' as const,
            fields,
            ...(filter === undefined ? {} : { rows: `row.${column}${filter}` }),
          },
          delivery: { ...base.delivery, table },
        },
      })),
  );

describe('linter and compiler', () => {
  test('agree: what passes the one compiles', () => {
    let passed = 0;
    fc.assert(
      fc.property(agreements, ({ content, resource }) => {
        fc.pre(isClean(lintIn(world, content)));
        passed++;
        const compiled = compilePair(content, resource, { contentHash: contentHash(content) });
        expect('problems' in compiled ? compiled.problems : []).toEqual([]);
      }),
      { numRuns: 200, maxSkipsPerRun: 1_000 },
    );
    expect(passed).toBe(200);
  });
});
