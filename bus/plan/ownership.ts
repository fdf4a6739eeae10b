/**
 * Who owns what on the broker. Kafka keeps no owner, so the name is the mark: nothing whose
 * name fits no rule here is ever changed or deleted by a plan.
 */
import type { PlanKind } from './plan.ts';

type Rule = {
  readonly kind: PlanKind;
  readonly unit: 'source' | 'view' | 'pair' | 'gateway';
  /** Group 1 is the unit's name. */
  readonly pattern: RegExp;
  /** Stands before group 1 in the unit's name; absent: nothing. */
  readonly prefix?: string;
};

const NAME = '([a-z][a-z0-9-]*)';
const AGREEMENT_ID = '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})';

const RULES: readonly Rule[] = [
  { kind: 'topic', unit: 'source', pattern: new RegExp(`^cdc[.]${NAME}(?:[.].+)?$`) },
  {
    kind: 'topic',
    unit: 'source',
    pattern: new RegExp(`^_(?:history|notification|offsets|signal)[.]${NAME}$`),
  },
  { kind: 'topic', unit: 'source', pattern: new RegExp(`^__debezium-heartbeat[.]cdc[.]${NAME}$`) },
  { kind: 'user', unit: 'source', pattern: new RegExp(`^src-${NAME}$`) },
  { kind: 'connector', unit: 'source', pattern: new RegExp(`^src-${NAME}$`) },
  // A view's tables are captured on the hub by a source named after the view.
  {
    kind: 'topic',
    unit: 'source',
    pattern: new RegExp(`^(?:__debezium-heartbeat[.])?view[.]${NAME}(?:[.].+)?$`),
    prefix: 'view-',
  },
  { kind: 'user', unit: 'view', pattern: new RegExp(`^view-${NAME}$`) },
  { kind: 'topic', unit: 'pair', pattern: new RegExp(`^(?:pair|receipt)[.]${AGREEMENT_ID}$`) },
  { kind: 'user', unit: 'pair', pattern: new RegExp(`^pair-${AGREEMENT_ID}$`) },
  { kind: 'topic', unit: 'gateway', pattern: /^(gateway)[.].+$/ },
  { kind: 'topic', unit: 'gateway', pattern: /^agreement[.](lifecycle)$/ },
  { kind: 'user', unit: 'gateway', pattern: /^(gateway)$/ },
];

/** "source/police" for what belongs to that source, undefined for what no unit owns. */
export function ownerOf(kind: PlanKind, name: string): string | undefined {
  for (const rule of RULES) {
    const unit = rule.kind === kind ? rule.pattern.exec(name)?.[1] : undefined;
    if (unit !== undefined) return `${rule.unit}/${rule.prefix ?? ''}${unit}`;
  }
  return undefined;
}

/** The owner of a grant is the owner of the user it is for. */
export function ownerOfPrincipal(principal: string): string | undefined {
  return ownerOf('user', principal.replace(/^User:/, ''));
}

/** True when `owner` is one of `scope`, where "source/*" stands for every source. */
export function isInScope(scope: readonly string[], owner: string | undefined): boolean {
  if (owner === undefined) return false;
  return scope.includes(owner) || scope.includes(`${owner.slice(0, owner.indexOf('/'))}/*`);
}
