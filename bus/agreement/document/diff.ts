/** What differs between two agreements, by content: fields are compared by name, not by place. */
import type { AgreementContent } from '../agreement.ts';
import { canonicalJson } from '../canonical/canonical.ts';

export type Difference = {
  /** "scope.fields[buyer_id_number].mask.keyScope" */
  readonly path: string;
  /** Canonical JSON; absent where there was nothing. */
  readonly before?: string;
  readonly after?: string;
};

/** Lists whose elements have a name of their own. */
const NAMED: readonly (readonly [path: string, key: string])[] = [
  ['scope.fields', 'name'],
  ['slaProperties', 'property'],
  ['purpose.legalBasis', 'ref'],
];

/** In the order in which `before` has its keys, then what only `after` has. */
export function diffContents(before: AgreementContent, after: AgreementContent): Difference[] {
  return diffValues('', before, after);
}

function diffValues(path: string, before: unknown, after: unknown): Difference[] {
  if (same(before, after)) return [];
  const [left, right] = [partsOf(path, before), partsOf(path, after)];
  if (!left || !right) {
    return [
      {
        path,
        ...(before === undefined ? {} : { before: canonicalJson(before) }),
        ...(after === undefined ? {} : { after: canonicalJson(after) }),
      },
    ];
  }
  const orders = orderDifference({ path, before, after, left, right });
  const steps = [...new Set([...left.keys(), ...right.keys()])];
  return [
    ...orders,
    ...steps.flatMap((step) =>
      diffValues(
        step.startsWith('[') || path === '' ? path + step : `${path}.${step}`,
        left.get(step),
        right.get(step),
      ),
    ),
  ];
}

/** The values inside, by the step that leads to each; undefined for what has none. */
function partsOf(path: string, value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const key = NAMED.find(([named]) => named === path)?.[1];
    const steps = value.map((one: unknown, index) => `[${nameOf(one, key) ?? index}]`);
    // With a name twice, places are all there is.
    const unique = new Set(steps).size === steps.length;
    return new Map(value.map((one: unknown, i) => [unique ? (steps[i] ?? '') : `[${i}]`, one]));
  }
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value));
  return undefined;
}

/** Named elements in another order: the content is another, so it has to be told. */
function orderDifference({
  path,
  before,
  after,
  left,
  right,
}: {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly left: ReadonlyMap<string, unknown>;
  readonly right: ReadonlyMap<string, unknown>;
}): Difference[] {
  if (!Array.isArray(before) || !Array.isArray(after)) return [];
  const [was, is] = [[...left.keys()], [...right.keys()]];
  const kept = was.filter((step) => right.has(step));
  if (
    same(
      kept,
      is.filter((step) => left.has(step)),
    )
  )
    return [];
  return [{ path: `${path} (order)`, before: was.join(' '), after: is.join(' ') }];
}

function nameOf(one: unknown, key: string | undefined): string | undefined {
  if (key === undefined || typeof one !== 'object' || one === null) return undefined;
  const name: unknown = Object.entries(one).find(([at]) => at === key)?.[1];
  return typeof name === 'string' ? name : undefined;
}

function same(before: unknown, after: unknown): boolean {
  if (before === undefined || after === undefined) return before === after;
  return canonicalJson(before) === canonicalJson(after);
}
