/**
 * Says field by field how a compiled pair differs from the one deployed, by which the gateway
 * works, and whether the subscriber needs a new copy because of it.
 */
import { canonicalJson } from '../../agreement/canonical/canonical.ts';
import { sqlTypeOf } from '../../change/column-type.ts';
import { changedFields } from '../../plan/diff.ts';
import type { FieldChange } from '../../plan/plan.ts';
import { pairText } from '../compile/compile-pair.ts';
import type { CompiledPair, PairField } from '../pair.ts';

/** What deploying `pair` would change; empty when it is deployed as it is. */
export function deploymentChanges(
  deployed: CompiledPair | undefined,
  pair: CompiledPair,
): FieldChange[] {
  if (!deployed) return [];
  // As it was stored: canonical, so that its plain JSON is the same text and cheap to make.
  if (JSON.stringify(deployed) === pairText(pair)) return [];
  if (pairText(deployed) === pairText(pair)) return [];
  const from = describedPair(deployed);
  const to = describedPair(pair);
  const gone = Object.keys(from)
    .filter((field) => !(field in to))
    .map((field) => ({ field, from: from[field], to: undefined }));
  const changes = [...changedFields(from, to), ...gone];
  // Something that is not shown differs: a schema or a right that the compiler makes differently now.
  return changes.length > 0 ? changes : [{ field: 'compiled form', from: 'older', to: 'newer' }];
}

/** Whether what was delivered so far is another thing than what `pair` delivers. */
export function needsNewCopy(deployed: CompiledPair, pair: CompiledPair): boolean {
  return substance(deployed) !== substance(pair);
}

function substance(pair: CompiledPair): string {
  const { fields, keyFields, rows, resource, onRowExit, delivery, agreement } = pair;
  const { database, table, there, visibleWhile, key } = resource;
  return canonicalJson({
    contentHash: agreement.contentHash,
    fields,
    keyFields,
    rows,
    onRowExit,
    mode: delivery.mode,
    resource: { database, table, there, visibleWhile: visibleWhile ?? null, key },
  });
}

/** The parts of a pair that a reader knows from the agreement, one text each. */
function describedPair(pair: CompiledPair): Record<string, string> {
  const { agreement, resource, rows, delivery, topic } = pair;
  return {
    version: agreement.version,
    contentHash: agreement.contentHash,
    notBefore: agreement.notBefore,
    notAfter: agreement.notAfter,
    resource: resource.id,
    'resource.table': `${resource.database}.${resource.table}`,
    ...Object.fromEntries(
      pair.fields.map((field, index) => [
        `fields.${field.name}`,
        fieldText(field, index < pair.keyFields),
      ]),
    ),
    rows: rows?.cel ?? 'all',
    onRowExit: pair.onRowExit,
    backfill: pair.backfill,
    'delivery.mode': delivery.mode,
    ...(delivery.daily
      ? {
          'delivery.daily': `${delivery.daily.cutoff} ${delivery.daily.timezone} ${delivery.daily.calendar}`,
        }
      : {}),
    'delivery.table': delivery.table,
    'delivery.partitions': String(topic.partitions),
    freshness: `${pair.freshnessTargetS} s`,
    retention: `${pair.retentionDays} d`,
  };
}

function fieldText({ deliveredType, mask }: PairField, isKey: boolean): string {
  const masked = mask ? `, ${canonicalJson(mask)}` : '';
  return `${isKey ? 'key, ' : ''}${sqlTypeOf(deliveredType)}${masked}`;
}
