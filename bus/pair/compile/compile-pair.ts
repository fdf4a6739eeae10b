/**
 * One version of an agreement and its resource compiled into everything that carries data: fields,
 * filter, topics, user, rights, schemas. Pure: the same agreement gives the same bytes on every
 * machine (`pairText`), so that a difference is a change. All problems are told at once, and what
 * has one is not compiled. Whether the agreement may be in force at all is its lifecycle's matter.
 */
import { satisfies, validRange } from 'semver';
import { type AgreementContent, pairNames } from '../../agreement/agreement.ts';
import { canonicalJson } from '../../agreement/canonical/canonical.ts';
import { checkPredicate } from '../../agreement/predicate/predicate.ts';
import type { Resource } from '../../agreement/resource.ts';
import { must } from '../../base/assert.ts';
import type { Problem } from '../../base/errors.ts';
import type { TopicSpec } from '../../kafka/kafka.ts';
import { gatewayPairAcls, type GatewayNames, insync, subscriberAcls } from '../access.ts';
import { pairSchemas } from '../pair-schema.ts';
import type { CompiledPair } from '../pair.ts';
import { deliveryProblems, freshnessTargetS } from './delivery.ts';
import { atColumns, deliveredFields } from './fields.ts';

/** How long a pair topic keeps records; a subscriber that was away longer is filled anew. */
export const PAIR_RETENTION_DAYS = 14;
const DAY_MS = 86_400_000;

export type CompileOptions = {
  readonly contentHash: string;
  /** Of the pair's topics; default 1. */
  readonly replication?: number;
  readonly gateway?: GatewayNames;
};

export type CompileResult =
  | { readonly pair: CompiledPair }
  | { readonly problems: readonly Problem[] };

/** Compiles `content` for `resource`. Asks nothing and changes nothing. */
export function compilePair(
  content: AgreementContent,
  resource: Resource,
  options: CompileOptions,
): CompileResult {
  const problems: Problem[] = [...resourceProblems(content, resource)];
  const fields = deliveredFields(content, resource, problems);
  const rows = filterOf(content, resource, problems);
  problems.push(...deliveryProblems(content));
  if (problems.length > 0) return { problems };
  const names = pairNames(content.id);
  const keyFields = resource.key.length;
  return {
    pair: {
      agreement: agreementOf(content, options.contentHash),
      resource: resourceOf(resource, atColumns(fields, resource)),
      fields,
      keyFields,
      rows,
      onRowExit: content.scope.onRowExit,
      backfill: content.scope.backfill,
      delivery: deliveryOf(content),
      freshnessTargetS: freshnessTargetS(content),
      retentionDays: PAIR_RETENTION_DAYS,
      ...topicsOf(content, options.replication ?? 1),
      user: names.user,
      group: names.group,
      acls: [...subscriberAcls(names), ...gatewayPairAcls(names, options.gateway)],
      ...pairSchemas({ contentHash: options.contentHash, fields, keyFields }),
    },
  };
}

/** A compiled pair as canonical JSON: one text for one pair. */
export function pairText(pair: CompiledPair): string {
  const known = TEXTS.get(pair);
  if (known !== undefined) return known;
  const made = canonicalJson(pair);
  TEXTS.set(pair, made);
  return made;
}

/** Hundreds of pairs are compared with what is deployed at every change of any agreement. */
const TEXTS = new WeakMap<CompiledPair, string>();

function resourceProblems(content: AgreementContent, resource: Resource): Problem[] {
  const { resourceId, contractVersion } = content.resource;
  const problems: Problem[] = [];
  if (resourceId !== resource.id) {
    problems.push({
      path: 'resource.resourceId',
      message: `The agreement is about ${resourceId}, not about ${resource.id}.`,
    });
  }
  if (resource.sharingType === 'not-shared') {
    problems.push({
      path: 'resource.resourceId',
      message: `The resource ${resource.id} is not shared.`,
      remedy: 'Its department decides that in the catalogue.',
    });
  }
  if (content.provider.orgId !== resource.provider) {
    problems.push({
      path: 'provider.orgId',
      message: `${resource.provider} is the provider of ${resource.id}, not ${content.provider.orgId}.`,
    });
  }
  if (validRange(contractVersion) === null) {
    problems.push({
      path: 'resource.contractVersion',
      message: `"${contractVersion}" is not a range of versions.`,
    });
  } else if (!satisfies(resource.contractVersion, contractVersion)) {
    problems.push({
      path: 'resource.contractVersion',
      message: `The data contract of ${resource.id} is at ${resource.contractVersion}; the agreement takes ${contractVersion}.`,
      remedy: 'Agree on a new version that takes it (civicbus diff agreement shows what changes).',
    });
  }
  return problems;
}

function filterOf(
  { scope }: AgreementContent,
  resource: Resource,
  problems: Problem[],
): CompiledPair['rows'] {
  if (scope.rows === undefined) return null;
  const checked = checkPredicate(scope.rows, resource.fields);
  if (checked.problems) {
    problems.push(...checked.problems.map((message) => ({ path: 'scope.rows', message })));
    return null;
  }
  const used = new Set(checked.predicate.columns);
  return {
    cel: scope.rows,
    columns: resource.fields
      .filter(({ name }) => used.has(name))
      .map(({ name, type }) => ({ name, type })),
  };
}

function agreementOf(content: AgreementContent, contentHash: string): CompiledPair['agreement'] {
  const { id, name, version, theme, provider, subscriber, validity } = content;
  return {
    id,
    name,
    version,
    contentHash,
    theme,
    provider: provider.orgId,
    subscriber: subscriber.orgId,
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
  };
}

function resourceOf(resource: Resource, at: readonly string[]): CompiledPair['resource'] {
  const { id, view, key } = resource;
  const { database, table, topic, there, visibleWhile } = resource.rows;
  const types = new Map(resource.fields.map((field) => [field.name, field.type]));
  return {
    id,
    view,
    database,
    table,
    topic,
    there,
    ...(visibleWhile === undefined ? {} : { visibleWhile }),
    key: key.map((name) => ({ name, type: must(types.get(name), 'a key is of the fields') })),
    atColumns: at,
  };
}

function deliveryOf({ delivery }: AgreementContent): CompiledPair['delivery'] {
  const { mode, daily, table } = delivery;
  return { mode, table, ...(mode === 'daily' && daily !== undefined ? { daily } : {}) };
}

function topicsOf(
  { id, delivery }: AgreementContent,
  replication: number,
): Pick<CompiledPair, 'topic' | 'receiptTopic'> {
  const names = pairNames(id);
  const config = {
    'cleanup.policy': 'delete',
    'retention.ms': String(PAIR_RETENTION_DAYS * DAY_MS),
    'min.insync.replicas': insync(replication),
  };
  return {
    topic: { name: names.topic, partitions: delivery.partitions, replication, config },
    receiptTopic: { name: names.receiptTopic, partitions: 1, replication, config },
  } satisfies Record<string, TopicSpec>;
}
