import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGREEMENT_STATES, pairNames } from '../../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../../bus/agreement/canonical/canonical.ts';
import { desiredPairs } from '../../../../bus/pair/reconcile/desired.ts';
import { wantedOf } from '../../../../bus/pair/reconcile/wanted.ts';
import { isInScope, ownerOf, ownerOfPrincipal } from '../../../../bus/plan/ownership.ts';
import { generateAgreements } from '../../../../producers/agreements/generate.ts';
import { RESOURCES } from '../../../support/agreements/resources.ts';

const CONTENTS = generateAgreements({ count: 6, seed: 3, resources: [...RESOURCES.values()] });
/** States in which versions of one agreement meet. */
const OFTEN = ['active', 'filed', 'suspended', 'expired'] as const;
const OPTIONS = { secretsFolder: '/s', replication: 1 };

/** Up to two versions of each of six agreements, in whatever states. */
const anyLines = fc
  .array(
    fc.record({
      content: fc.constantFrom(...CONTENTS),
      version: fc.constantFrom('1.0.0', '2.0.0'),
      state: fc.constantFrom(...AGREEMENT_STATES, ...OFTEN, ...OFTEN, ...OFTEN),
      isAltered: fc.nat(9).map((one) => one === 0),
    }),
    { maxLength: 12 },
  )
  .map((picks) => {
    const unique = new Map(picks.map((pick) => [`${pick.content.id} ${pick.version}`, pick]));
    return [...unique.values()].map(({ content, version, state, isAltered }) => {
      const versioned = { ...content, version };
      return {
        agreementId: content.id,
        name: content.name,
        version,
        state,
        content: versioned,
        contentHash: contentHash(versioned),
        sinceMs: 0,
        deployedHash: undefined,
        isAltered,
      };
    });
  });

type Lines = typeof anyLines extends fc.Arbitrary<infer T> ? T : never;

function desiredOf(lines: Lines) {
  const faults = new Map(
    lines.filter(({ isAltered }) => isAltered).map((one) => [one.agreementId, ['altered']]),
  );
  const options = { resources: RESOURCES, replication: 1 };
  const wanted = wantedOf({ lines, faults, deployments: [] }, options);
  return { wanted, faults, desired: desiredPairs(wanted.pairs, OPTIONS) };
}

describe('whatever states agreements are in', () => {
  test('a pair’s topic is read by its own user alone, and only while something allows it', () => {
    fc.assert(
      fc.property(anyLines, (lines) => {
        const { desired, faults } = desiredOf(lines);
        for (const { id } of CONTENTS) {
          const { topic, user } = pairNames(id);
          const readers = desired.acls.filter(
            ({ name, operation }) => name === topic && operation === 'read',
          );
          const states = lines.filter((one) => one.agreementId === id).map(({ state }) => state);
          const allowed = states.some((state) => state === 'active' || state === 'purging');
          const expected = allowed && !faults.has(id) ? [`User:${user}`] : [];
          expect(readers.map(({ principal }) => principal)).toEqual(expected);
        }
      }),
    );
  });

  test('everything that is wanted is owned by what is planned, and named once', () => {
    fc.assert(
      fc.property(anyLines, (lines) => {
        const { desired } = desiredOf(lines);
        const { scope } = desired;
        for (const { name } of desired.topics)
          expect(isInScope(scope, ownerOf('topic', name)), name).toBe(true);
        for (const { name } of desired.users)
          expect(isInScope(scope, ownerOf('user', name)), name).toBe(true);
        for (const { principal } of desired.acls)
          expect(isInScope(scope, ownerOfPrincipal(principal)), principal).toBe(true);
        const topics = desired.topics.map(({ name }) => name);
        expect(new Set(topics).size).toBe(topics.length);
      }),
    );
  });

  test('what was altered has no right of the gateway and nothing to deploy', () => {
    fc.assert(
      fc.property(anyLines, (lines) => {
        const { desired, wanted, faults } = desiredOf(lines);
        for (const id of faults.keys()) {
          const { topic } = pairNames(id);
          expect(desired.acls.filter(({ name }) => name === topic)).toEqual([]);
          expect(wanted.deployments.filter(({ agreementId }) => agreementId === id)).toEqual([]);
        }
      }),
    );
  });

  test('a version that waits has a later generation than the one in force', () => {
    fc.assert(
      fc.property(anyLines, (lines) => {
        const { deployments } = desiredOf(lines).wanted;
        const seen = deployments.map(
          ({ agreementId, generation }) => `${agreementId} ${generation}`,
        );
        expect(new Set(seen).size).toBe(seen.length);
      }),
    );
  });
});
