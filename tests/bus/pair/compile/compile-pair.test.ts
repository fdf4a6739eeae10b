import { describe, expect, test } from 'vitest';
import type { AgreementContent } from '../../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../../bus/agreement/canonical/canonical.ts';
import type { Resource } from '../../../../bus/agreement/resource.ts';
import { compilePair, pairText } from '../../../../bus/pair/compile/compile-pair.ts';
import type { CompiledPair } from '../../../../bus/pair/pair.ts';
import { ownerOf, ownerOfPrincipal } from '../../../../bus/plan/ownership.ts';
import {
  CONTRACTS_TO_TAX,
  ENTITIES_TO_DISTRICT,
  PERSONS_TO_HOUSING,
  withScope,
} from '../../../support/agreements/contents.ts';
import { PERSON, resourceOf } from '../../../support/agreements/resources.ts';

function compile(content: AgreementContent, resource = resourceOf(content.resource.resourceId)) {
  return compilePair(content, resource, { contentHash: contentHash(content) });
}

function compiled(content: AgreementContent, resource?: Resource): CompiledPair {
  const result = compile(content, resource);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.pair;
}

function messages(content: AgreementContent, resource?: Resource): string[] {
  const result = compile(content, resource);
  return 'problems' in result
    ? result.problems.map(({ path, message }) => `${path}: ${message}`)
    : [];
}

describe('compilePair', () => {
  test.each([CONTRACTS_TO_TAX, ENTITIES_TO_DISTRICT, PERSONS_TO_HOUSING])(
    'gives for $name exactly the golden file',
    async (content) => {
      const json = `${JSON.stringify(JSON.parse(pairText(compiled(content))), null, 2)}\n`;
      await expect(json).toMatchFileSnapshot(`golden/${content.name}.json`);
    },
  );

  test('gives the same bytes whatever the order of keys in the agreement', () => {
    const reordered = JSON.parse(
      JSON.stringify(ENTITIES_TO_DISTRICT, Object.keys(flatKeys(ENTITIES_TO_DISTRICT)).toSorted()),
    ) as AgreementContent;
    expect(Object.keys(reordered)).not.toEqual(Object.keys(ENTITIES_TO_DISTRICT));
    expect(pairText(compiled(reordered))).toBe(pairText(compiled(ENTITIES_TO_DISTRICT)));
  });

  test('delivers the key first, in the resource’s order, then the fields in the agreed order', () => {
    const { fields, keyFields } = compiled(CONTRACTS_TO_TAX);
    expect(fields.map(({ name }) => name)).toEqual([
      'contract_number',
      'project_number',
      'signed_on',
      'price',
    ]);
    expect(keyFields).toBe(1);
  });

  test('knows the source times of exactly the blocks that deliver something', () => {
    expect(compiled(PERSONS_TO_HOUSING).resource.atColumns).toEqual([
      'identity__at',
      'residence__at',
    ]);
  });

  test('holds of a filter the columns that it reads, delivered or not', () => {
    const { rows, fields } = compiled(ENTITIES_TO_DISTRICT);
    expect(rows?.columns).toEqual([
      { name: 'division', type: { kind: 'chars', name: 'char', charsMax: 6 } },
    ]);
    expect(fields.map(({ name }) => name)).not.toContain('division');
  });

  test('says in the schemas no field that was not agreed', () => {
    const { keySchema, valueSchema } = compiled(PERSONS_TO_HOUSING);
    const agreed = PERSONS_TO_HOUSING.scope.fields.map(({ name }) => name);
    for (const { name } of PERSON.fields) {
      expect(valueSchema.includes(`"${name}"`)).toBe(agreed.includes(name));
    }
    expect(keySchema).toContain('"id_number"');
  });

  test('gives nothing a name that the pair does not own', () => {
    const { topic, receiptTopic, user, acls, agreement } = compiled(CONTRACTS_TO_TAX);
    const owner = `pair/${agreement.id}`;
    for (const { name } of [topic, receiptTopic]) expect(ownerOf('topic', name)).toBe(owner);
    expect(ownerOf('user', user)).toBe(owner);
    const principals = new Set(acls.map(({ principal }) => ownerOfPrincipal(principal)));
    expect(principals).toEqual(new Set(['gateway/gateway', owner]));
  });

  test.each([
    ['the agreed latency', CONTRACTS_TO_TAX, 300],
    ['a minute where none was agreed', { ...CONTRACTS_TO_TAX, slaProperties: [] }, 60],
    ['a day and two hours for daily pairs', ENTITIES_TO_DISTRICT, 93_600],
  ])('is due after %s', (_, content, seconds) => {
    expect(compiled(content).freshnessTargetS).toBe(seconds);
  });
});

const CASES: readonly [reason: string, content: AgreementContent, message: string][] = [
  [
    'a field the resource does not have',
    withScope(CONTRACTS_TO_TAX, { fields: [...CONTRACTS_TO_TAX.scope.fields, field('bank')] }),
    'scope.fields[4]: The resource property/presale_contract has no field bank.',
  ],
  [
    'a field named twice',
    withScope(CONTRACTS_TO_TAX, { fields: [...CONTRACTS_TO_TAX.scope.fields, field('price')] }),
    'scope.fields[4]: The field price is named twice.',
  ],
  [
    'a key that is not delivered',
    withScope(CONTRACTS_TO_TAX, { fields: [field('price')] }),
    'scope.fields: The key field contract_number of property/presale_contract is not delivered, so rows could not be told apart.',
  ],
  [
    'a key that is delivered in part',
    withScope(CONTRACTS_TO_TAX, {
      fields: [
        { ...field('contract_number'), mask: { method: 'partial', keep: 'last', count: 4 } },
      ],
    }),
    'scope.fields[0].mask: The mask partial gives several rows the same key contract_number; one would overwrite the other.',
  ],
  [
    'a sensitive field',
    withScope(PERSONS_TO_HOUSING, {
      fields: [...PERSONS_TO_HOUSING.scope.fields, field('blood_group')],
    }),
    'scope.fields[4]: The field blood_group is classified sensitive and never leaves its view.',
  ],
  [
    'a contract that moved on',
    { ...CONTRACTS_TO_TAX, resource: { ...CONTRACTS_TO_TAX.resource, contractVersion: '^2.0.0' } },
    'resource.contractVersion: The data contract of property/presale_contract is at 1.0.3; the agreement takes ^2.0.0.',
  ],
  [
    'a provider that is not the resource’s',
    { ...CONTRACTS_TO_TAX, provider: { ...CONTRACTS_TO_TAX.provider, orgId: 'BJ-XC' } },
    'provider.orgId: BJ-ZJW is the provider of property/presale_contract, not BJ-XC.',
  ],
  [
    'daily delivery without a cut-off',
    { ...CONTRACTS_TO_TAX, delivery: { mode: 'daily', table: 'housing_sale', partitions: 1 } },
    'delivery.daily: Daily delivery has no cut-off.',
  ],
  [
    'a table that has no name of one',
    { ...CONTRACTS_TO_TAX, delivery: { mode: 'realtime', table: 'a; DROP', partitions: 1 } },
    'delivery.table: "a; DROP" cannot be the name of a table.',
  ],
  [
    'no partition at all',
    { ...CONTRACTS_TO_TAX, delivery: { mode: 'realtime', table: 'a', partitions: 0 } },
    'delivery.partitions: A pair topic has 1 to 32 partitions.',
  ],
];

describe('compilePair refuses', () => {
  test.each(CASES)('%s', (_, content, message) => {
    expect(messages(content)).toEqual([message]);
  });

  test('a mask that the type does not take, and says why', () => {
    const content = withScope(CONTRACTS_TO_TAX, {
      fields: [
        field('contract_number'),
        { ...field('price'), mask: { method: 'generalise', to: 'year' } },
      ],
    });
    expect(messages(content)).toEqual([
      expect.stringMatching(
        /^scope\.fields\[1\]\.mask: The mask generalise cannot be put on price: ./,
      ),
    ]);
  });

  test('a filter on a column that is not there', () => {
    const content = withScope(CONTRACTS_TO_TAX, { rows: "row.nowhere == 'x'" });
    expect(messages(content)).toEqual([expect.stringMatching(/^scope\.rows: .*nowhere/)]);
  });

  test('a resource that is not shared any more', () => {
    const closed: Resource = { ...PERSON, sharingType: 'not-shared' };
    expect(messages(PERSONS_TO_HOUSING, closed)).toEqual([
      'resource.resourceId: The resource population/person is not shared.',
    ]);
  });

  test('everything wrong at once', () => {
    const content = withScope(
      { ...CONTRACTS_TO_TAX, delivery: { mode: 'daily', table: 'A', partitions: 99 } },
      { fields: [field('bank'), field('bank')], rows: 'row.' },
    );
    expect(messages(content).length).toBeGreaterThanOrEqual(7);
  });
});

function field(name: string) {
  return { name, required: false };
}

/** Every key at any depth, which is what JSON.stringify's list of keys means. */
function flatKeys(value: unknown): Record<string, true> {
  if (typeof value !== 'object' || value === null) return {};
  const own = Array.isArray(value)
    ? []
    : Object.keys(value).map((key): [string, true] => [key, true]);
  const below = Object.values(value).flatMap((child) => Object.entries(flatKeys(child)));
  return Object.fromEntries([...own, ...below]);
}
