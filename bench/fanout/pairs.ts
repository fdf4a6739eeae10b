/**
 * The pairs of the benchmark: agreements generated from a seed, compiled as in service, all of them
 * in real time. A run writes into topics of its own, so that the outputs of all runs can be compared.
 */
import { contentHash } from '../../bus/agreement/canonical/canonical.ts';
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import type { Resource } from '../../bus/agreement/resource.ts';
import { must } from '../../bus/base/assert.ts';
import { ProblemsError } from '../../bus/base/errors.ts';
import { compilePair } from '../../bus/pair/compile/compile-pair.ts';
import type { LeasedPair } from '../../bus/pair/gateway/lease.ts';
import type { CompiledPair } from '../../bus/pair/pair.ts';
import { generateAgreements } from '../../producers/agreements/generate.ts';

export type PairsPlan = {
  readonly seed: number;
  readonly count: number;
  readonly resources: readonly Resource[];
};

export function makePairs({ seed, count, resources }: PairsPlan): CompiledPair[] {
  return generateAgreements({ count, seed, resources }).map((content) =>
    compiled(
      { ...content, delivery: { mode: 'realtime', table: 'shared', partitions: 1 } },
      resources,
    ),
  );
}

/** As `makePairs`, but of rows that no view has: each wants a division of another city. */
export function makeIdlePairs(plan: PairsPlan): CompiledPair[] {
  return generateAgreements(plan).map((content, index) => {
    const resource = resourceOf(content, plan.resources);
    const field = must(
      resource.fields.find(({ name }) => name.endsWith('division')) ??
        resource.fields.find(
          ({ name, type }) => type.kind === 'chars' && !resource.key.includes(name),
        ),
      `a text of ${resource.id}`,
    );
    const rows = `row.${field.name}.startsWith('9${index % 10_000}')`;
    return compiled(
      {
        ...content,
        scope: { ...content.scope, rows },
        delivery: { mode: 'realtime', table: 'shared', partitions: 1 },
      },
      plan.resources,
    );
  });
}

/** The pairs with topics of one run, as the control database would lease them. */
export function leasedIn(run: string, pairs: readonly CompiledPair[]): LeasedPair[] {
  return pairs.map((pair, index) => ({
    pair: { ...pair, topic: { ...pair.topic, name: `pair.${run}.${pair.agreement.id}` } },
    state: 'active',
    request: 1,
    schemaIds: { key: 2 * index + 1, value: 2 * index + 2 },
  }));
}

function compiled(content: AgreementContent, resources: readonly Resource[]): CompiledPair {
  const options = { contentHash: contentHash(content) };
  const result = compilePair(content, resourceOf(content, resources), options);
  if ('problems' in result) throw new ProblemsError(content.name, result.problems);
  return result.pair;
}

function resourceOf(content: AgreementContent, resources: readonly Resource[]): Resource {
  const { resourceId } = content.resource;
  return must(
    resources.find(({ id }) => id === resourceId),
    `the resource ${resourceId}`,
  );
}
