/** A daily pair of the persons of a small view: a token as key, a name in part, a filter by income. */
import type { AgreementContent } from '../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import { must } from '../../../bus/base/assert.ts';
import { compilePair } from '../../../bus/pair/compile/compile-pair.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import { resourcesOf } from '../../../bus/pair/resources.ts';
import type { ViewModel } from '../../../bus/view/view.ts';
import { PERSONS_TO_HOUSING } from '../agreements/contents.ts';

/** `view` is a smallView. */
export function dailyPersons(view: ViewModel, name: string): CompiledPair {
  const id = `${view.name}/person`;
  const provider = PERSONS_TO_HOUSING.provider.orgId;
  const entry = { id, description: 'Of a test.', provider, sharingType: 'conditional' as const };
  const [resource] = resourcesOf(view, {
    resources: [{ ...entry, contractVersion: '1.0.0' }],
  });
  const content: AgreementContent = {
    ...PERSONS_TO_HOUSING,
    name,
    resource: { resourceId: id, contractVersion: '^1.0.0' },
    scope: {
      fields: PERSONS_TO_HOUSING.scope.fields.filter(({ name: field }) =>
        ['id_number', 'name'].includes(field),
      ),
      rows: 'row.income >= 10.00',
      onRowExit: 'retract',
      backfill: 'snapshot',
    },
    delivery: {
      mode: 'daily',
      daily: { cutoff: '02:00', timezone: 'Asia/Shanghai', calendar: 'every-day' },
      table: 'person',
      partitions: 1,
    },
  };
  const result = compilePair(content, must(resource, 'a resource of persons'), {
    contentHash: contentHash(content),
  });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.pair;
}
