/**
 * As many agreements as a city has, made up but lawful: for load, benchmarks and tests. The same
 * seed gives the same agreements on every machine. Each asks a few fields of one resource, keys in
 * clear or as a token, some with a filter, some daily. They are signed by nobody.
 */
import { createHash } from 'node:crypto';
import type { AgreedField, AgreementContent, Mask } from '../../bus/agreement/agreement.ts';
import type { Resource, ResourceField } from '../../bus/agreement/resource.ts';
import { type Random, seededRandom } from '../../bus/base/random.ts';

/** Departments that subscribe, as codes: nobody's names. */
const SUBSCRIBERS_COUNT = 40;
const THEMES = ['property-tax', 'housing', 'credit', 'social-insurance', 'school-places'] as const;
const CUTOFFS = ['00:00', '01:00', '02:00', '03:00'] as const;

export type GenerateOptions = {
  readonly count: number;
  readonly seed: number;
  /** Shared ones; agreements are spread over them evenly. */
  readonly resources: readonly Resource[];
};

export function generateAgreements({
  count,
  seed,
  resources,
}: GenerateOptions): AgreementContent[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const resource = resources[index % resources.length];
    if (!resource) return [];
    return [agreementOf({ index, seed, resource, random })];
  }).flat();
}

type One = {
  readonly index: number;
  readonly seed: number;
  readonly resource: Resource;
  readonly random: Random;
};

function agreementOf({ index, seed, resource, random }: One): AgreementContent {
  const subscriber = `SUB-${String(index % SUBSCRIBERS_COUNT).padStart(2, '0')}`;
  const short = resource.id.slice(resource.id.indexOf('/') + 1).replaceAll('_', '-');
  const isDaily = random.chance(0.4);
  const party = (orgId: string) => ({ orgId, contact: ['data desk'], signer: `${orgId}-1` });
  return {
    apiVersion: 'civicbus/v1',
    kind: 'SharingAgreement',
    id: uuidOf(`${seed}/${index}`),
    name: `${short}-to-${subscriber.toLowerCase()}-${index}`,
    version: '1.0.0',
    theme: random.pick(THEMES),
    provider: party(resource.provider),
    subscriber: party(subscriber),
    resource: { resourceId: resource.id, contractVersion: `^${resource.contractVersion}` },
    purpose: {
      code: 'REGISTER.CHECK',
      text: 'Checks of what citizens and companies declare.',
      legalBasis: [{ ref: 'municipal-rules-on-data-sharing', validFrom: '2009-01-01' }],
      applications: ['declaration-desk'],
      authorisation: 'none',
    },
    scope: {
      fields: fieldsOf(resource, random),
      ...filterOf(resource, random),
      onRowExit: random.chance(0.9) ? 'retract' : 'freeze',
      backfill: 'snapshot',
    },
    delivery: {
      mode: isDaily ? 'daily' : 'realtime',
      ...(isDaily
        ? {
            daily: {
              cutoff: random.pick(CUTOFFS),
              timezone: 'Asia/Shanghai',
              calendar: random.chance(0.5) ? 'every-day' : 'working-days',
            },
          }
        : {}),
      table: `shared_${short.replaceAll('-', '_')}`,
      partitions: 1,
    },
    slaProperties: isDaily ? [] : [{ property: 'latency', value: 60, unit: 's' }],
    obligations: {
      provide: [{ duty: 'notify-schema-change', noticeDays: 15 }],
      use: [{ prohibition: 'distribute' }, { prohibition: 'other-purpose' }],
      dispose: [{ duty: 'purge', within: 'P7D', after: 'end', receipt: true }],
      security: [{ zone: 'gov-extranet' }, { log: 'per-record' }],
    },
    validity: {
      notBefore: '2026-01-01T00:00:00+08:00',
      notAfter: '2036-01-01T00:00:00+08:00',
      noticeDays: 30,
    },
    authoritativeDefinitions: [],
    customProperties: [],
  };
}

/** Key fields always, in clear or as a token; of the others three to twelve, personal ones masked. */
function fieldsOf(resource: Resource, random: Random): AgreedField[] {
  const isKey = new Set(resource.key);
  const others = resource.fields.filter(
    ({ name, classification }) => !isKey.has(name) && classification !== 'sensitive',
  );
  const few = new Set(random.shuffle(others).slice(0, random.int(3, 12)));
  return resource.fields
    .filter((field) => isKey.has(field.name) || few.has(field))
    .map((field): AgreedField => {
      const mask = isKey.has(field.name) ? keyMask(field, random) : maskOf(field, random);
      return {
        name: field.name,
        required: isKey.has(field.name),
        classification: field.classification,
        ...(mask === undefined ? {} : { mask }),
      };
    });
}

function keyMask(field: ResourceField, random: Random): Mask | undefined {
  if (field.classification !== 'personal' || random.chance(0.5)) return undefined;
  return { method: 'hmac-sha256', keyScope: random.pick(['pair', 'theme'] as const) };
}

function maskOf({ classification, type }: ResourceField, random: Random): Mask | undefined {
  if (classification !== 'personal') return undefined;
  if (type.kind === 'date') return { method: 'generalise', to: 'year' };
  if (type.kind !== 'chars') return { method: 'null' };
  return random.pick<Mask>([
    { method: 'partial', keep: 'first', count: 1 },
    { method: 'hmac-sha256', keyScope: 'theme' },
    { method: 'null' },
  ]);
}

/** A third of the agreements ask only a division's rows, where the resource has a division. */
function filterOf(resource: Resource, random: Random): { readonly rows?: string } {
  const division = resource.fields.find(({ name }) => name.endsWith('division'));
  if (!division || !random.chance(0.34)) return {};
  const district = String(random.int(1, 16)).padStart(2, '0');
  return { rows: `row.${division.name}.startsWith('1101${district}')` };
}

/** A version 4 UUID that follows from `text`. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(`civicbus/${text}`).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}
