/**
 * A commented agreement.yaml to begin with. It is complete and lawful as it stands: key fields are
 * delivered, a personal one as a token, and every other field waits in a comment with its type and
 * class. What the author has to decide says so.
 */
import { Temporal } from 'temporal-polyfill';
import { sqlTypeOf } from '../../change/column-type.ts';
import type { Resource, ResourceField } from '../resource.ts';

export type TemplateInput = {
  readonly name: string;
  /** A fresh UUID. */
  readonly id: string;
  readonly resource: Resource;
  readonly provider: { readonly orgId: string; readonly signer: string };
  readonly subscriber: { readonly orgId: string; readonly signer: string };
  /** First day of validity, "2026-07-01". */
  readonly begins: string;
};

export function agreementTemplate(input: TemplateInput): string {
  return [parties(input), purposeAndScope(input), terms(input)].join('');
}

function parties({ name, id, resource, provider, subscriber }: TemplateInput): string {
  const [major = '1'] = resource.contractVersion.split('.');
  return `# What leaves, for whom, why, and until when. docs/agreements.md explains every key.
# ${oneLine(resource.description)}
apiVersion: civicbus/v1
kind: SharingAgreement
# The same in all versions of this agreement, never used for another one.
id: ${id}
name: ${name}
# Every change of content is a new version, which supersedes the former one.
version: '1.0.0'
# The matter that several agreements serve together; tokens can be shared inside one theme.
theme: general
provider:
  orgId: ${provider.orgId}
  contact: [data office]
  signer: ${provider.signer}
subscriber:
  orgId: ${subscriber.orgId}
  contact: [data office]
  signer: ${subscriber.signer}
# The versions of the data contract that are accepted.
resource: { resourceId: ${resource.id}, contractVersion: '${major}.x' }
`;
}

function purposeAndScope({ resource, begins }: TemplateInput): string {
  return `purpose:
  code: TO.BE.NAMED
  text: Say what the data is used for.
  # At least one, in force when the agreement begins. Personal fields in clear need an article.
  legalBasis:
    - { ref: 'Name of the law, rule or decision', validFrom: ${begins} }
  applications: []
  # none, data-subject (the person agreed) or case (a case number for each request)
  authorisation: none
scope:
  # An allow-list: what is not here is never delivered.
  # mask: {method: 'null'} | {method: partial, keep: first|last|ends, count: 1}
  #     | {method: generalise, to: year|month} | {method: generalise, to: prefix, length: 6}
  #     | {method: truncate, length: 10} | {method: hmac-sha256, keyScope: pair|theme}
  fields:
${resource.fields.map((field) => fieldLine(field, resource)).join('\n')}
  # Which rows, in CEL; all of them without it.
  # rows: row.${resource.key[0] ?? 'field'} != ''
  # What happens to a row that leaves the filter: retract (deleted there) or freeze (kept as it was).
  onRowExit: retract
  # snapshot: begins with all rows there are. none: with the first change.
  backfill: snapshot
`;
}

function terms({ name, begins }: TemplateInput): string {
  const ends = Temporal.PlainDate.from(begins).add({ years: 1 }).toString();
  return `delivery:
  # realtime, or daily with: daily: { cutoff: '02:00', timezone: Asia/Shanghai, calendar: every-day }
  mode: realtime
  # The table in the subscriber's database.
  table: ${name.replaceAll('-', '_').slice(0, 48)}
slaProperties:
  - { property: latency, value: 60, unit: s }
# All four have to say something.
obligations:
  provide: [{ duty: notify-schema-change, noticeDays: 15 }]
  use: [{ prohibition: distribute }, { prohibition: publish }, { prohibition: other-purpose }]
  dispose: [{ duty: purge, within: P7D, after: end, receipt: true }]
  security: [{ encryptInTransit: true }]
# From notBefore (inclusive) to notAfter (exclusive).
validity:
  notBefore: ${begins}T00:00:00+08:00
  notAfter: ${ends}T00:00:00+08:00
  noticeDays: 30
`;
}

function fieldLine({ name, type, classification }: ResourceField, { key }: Resource): string {
  const what = `${sqlTypeOf(type)}, ${classification}`;
  if (!key.includes(name)) {
    return classification === 'sensitive'
      ? `    # ${name} (${what}): cannot be shared`
      : `    # - { name: ${name} } # ${what}`;
  }
  const mask =
    classification === 'personal' ? ', mask: { method: hmac-sha256, keyScope: pair }' : '';
  return `    - { name: ${name}, required: true${mask} } # key, ${what}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
