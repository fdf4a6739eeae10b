import { describe, expect, test } from 'vitest';
import type { AgreementContent } from '../../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../../bus/agreement/canonical/canonical.ts';
import { isClean, type LintContext } from '../../../../bus/agreement/lint/lint.ts';
import { RULES, type RuleId } from '../../../../bus/agreement/lint/rules.ts';
import { lintAgreement } from '../../../../bus/agreement/lint/lint.ts';
import type { Resource } from '../../../../bus/agreement/resource.ts';
import { parseColumnType, type ColumnType } from '../../../../bus/change/column-type.ts';

/** Content of which one place is changed: "scope.rows" → value; undefined takes it out. */
type Change = Readonly<Record<string, unknown>>;

const field = (
  name: string,
  type: string,
  classification: 'public' | 'personal' | 'sensitive',
) => ({
  name,
  type: parseColumnType(type) as ColumnType,
  classification,
  authority: 'commission',
  at: '__at',
});

const resource: Resource = {
  id: 'property/sale',
  view: 'property',
  description: 'Sales.',
  contractVersion: '1.4.0',
  sharingType: 'conditional',
  memberTypes: ['department'],
  provider: 'P',
  key: ['number', 'part'],
  fields: [
    field('number', 'varchar(40)', 'public'),
    field('part', 'int', 'public'),
    field('buyer', 'varchar(18)', 'personal'),
    field('signed_on', 'date', 'public'),
    field('price', 'decimal(16,2)', 'sensitive'),
  ],
  rows: {
    database: 'hub',
    table: 'sale__rows',
    topic: 'view.property.hub.sale__rows',
    there: '__there',
  },
};

const organization = (orgId: string, memberType: 'department' | 'bank' = 'department') => ({
  orgId,
  name: { en: orgId, 'zh-Hans': orgId },
  memberType,
  isAuthority: false,
  signers: [`${orgId}-1`],
  keys: [],
});

const good: AgreementContent = {
  apiVersion: 'civicbus/v1',
  kind: 'SharingAgreement',
  id: '798e7408-2767-4e91-8bd5-2f8329e3f968',
  name: 'sales',
  version: '1.1.0',
  theme: 'tax',
  provider: { orgId: 'P', contact: [], signer: 'P-1' },
  subscriber: { orgId: 'S', contact: [], signer: 'S-1' },
  resource: { resourceId: 'property/sale', contractVersion: '1.x' },
  purpose: {
    code: 'TAX',
    text: 'Tax.',
    legalBasis: [{ ref: 'law', article: '6', validFrom: '2001-05-01' }],
    applications: [],
    authorisation: 'none',
  },
  scope: {
    fields: [
      { name: 'number', required: true },
      { name: 'part', required: true },
      { name: 'buyer', required: false },
      { name: 'signed_on', required: false },
    ],
    onRowExit: 'retract',
    backfill: 'snapshot',
  },
  delivery: { mode: 'realtime', table: 'house_sale', partitions: 1 },
  slaProperties: [{ property: 'latency', value: 60, unit: 's' }],
  obligations: {
    provide: [{ duty: 'notify' }],
    use: [{ prohibition: 'publish' }],
    dispose: [{ duty: 'purge' }],
    security: [{ encryptInTransit: true }],
  },
  validity: {
    notBefore: '2026-07-01T00:00:00+08:00',
    notAfter: '2027-07-01T00:00:00+08:00',
    noticeDays: 30,
  },
  authoritativeDefinitions: [],
  customProperties: [],
};

const context: LintContext = {
  resources: [resource],
  organizations: [organization('P'), organization('S'), organization('BANK', 'bank')],
  calendars: [
    {
      name: 'mainland',
      timeZone: 'Asia/Shanghai',
      covers: { from: '2026-01-01', to: '2026-12-31' },
      holidays: new Set(),
      workingDays: new Set(),
    },
  ],
  nowMs: Date.parse('2026-06-01T00:00:00Z'),
  checkRows: (cel, columns) => {
    const read = [...cel.matchAll(/row\.(\w+)/g)].map(([, name = '']) => name);
    const unknown = read.filter((name) => !columns.some((column) => column.name === name));
    return unknown.length > 0
      ? { problems: unknown.map((name) => `There is no field "${name}".`) }
      : { predicate: { columns: read } };
  },
  maskedType: (mask, type) =>
    mask.method === 'generalise' && mask.to === 'year' && type.kind !== 'date'
      ? 'only a date has a year.'
      : type,
};

/** `good` with every path of `change` set. */
function changed(change: Change): AgreementContent {
  const content = structuredClone(good) as unknown as Record<string, unknown>;
  for (const [path, value] of Object.entries(change)) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    let at = content;
    for (const step of steps) at = at[step] as Record<string, unknown>;
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return content as unknown as AgreementContent;
}

const rulesOf = (change: Change, more: Partial<LintContext> = {}) =>
  lintAgreement(changed(change), { ...context, ...more }).map(({ rule }) => rule);

const daily = { cutoff: '02:00', timezone: 'Asia/Shanghai', calendar: 'every-day' };
const basis = { ref: 'law', article: '6', validFrom: '2001-05-01' };
const former = { ...good, version: '1.0.0' };
const supersedes = { version: '1.0.0', contentHash: contentHash(former) };

describe('a lawful agreement', () => {
  test('has no findings', () => {
    expect(lintAgreement(good, context)).toEqual([]);
  });

  const lawful: readonly [string, Change, Partial<LintContext>?][] = [
    ['a daily one', { 'delivery.mode': 'daily', 'delivery.daily': daily }],
    [
      'a key that leaves as a token',
      { 'scope.fields.0.mask': { method: 'hmac-sha256', keyScope: 'pair' } },
    ],
    ['a filter on a delivered field', { 'scope.rows': 'row.part > 1' }],
    ['a higher class than the contract’s', { 'scope.fields.3.classification': 'personal' }],
    ['a basis that ends with the agreement', { 'purpose.legalBasis.0.validUntil': '2027-07-01' }],
    ['a basis in force from its first day', { 'purpose.legalBasis.0.validFrom': '2026-07-01' }],
    ['a version after another', { supersedes }, { versions: [former] }],
    ['a first version without backfill', { 'scope.backfill': 'none' }],
    ['a version known already', {}, { versions: [good] }],
    ['the hash of its content', {}, { statedHash: contentHash(good) }],
    [
      'a delegation that ends with it',
      { delegate: { orgId: 'BANK', onBehalfOf: 'subscriber', until: '2027-07-01T00:00:00+08:00' } },
    ],
    [
      'no article but the person’s word',
      { 'purpose.legalBasis.0.article': undefined, 'purpose.authorisation': 'data-subject' },
    ],
  ];
  test.each(lawful)('%s has none either', (_what, change, more) => {
    expect(rulesOf(change, more)).toEqual([]);
  });
});

describe('every rule', () => {
  const broken: readonly [RuleId, string, Change, Partial<LintContext>?][] = [
    [
      'AGR001',
      'a resource that is not in the catalogue',
      { 'resource.resourceId': 'property/ghost' },
    ],
    [
      'AGR002',
      'a resource that is not shared',
      {},
      { resources: [{ ...resource, sharingType: 'not-shared' }] },
    ],
    [
      'AGR003',
      'a provider that does not answer for it',
      { provider: { orgId: 'BANK', contact: [], signer: 'BANK-1' } },
    ],
    [
      'AGR004',
      'an unknown provider',
      { 'provider.orgId': 'NOBODY' },
      { resources: [{ ...resource, provider: 'NOBODY' }] },
    ],
    [
      'AGR004',
      'an unknown delegate',
      { delegate: { orgId: 'NOBODY', onBehalfOf: 'subscriber', until: '2027-01-01T00:00:00Z' } },
    ],
    ['AGR005', 'the other side’s key', { 'subscriber.signer': 'P-1' }],
    [
      'AGR006',
      'a bank, where only departments may',
      { subscriber: { orgId: 'BANK', contact: [], signer: 'BANK-1' } },
    ],
    [
      'AGR007',
      'an agreement with oneself',
      { subscriber: { orgId: 'P', contact: [], signer: 'P-1' } },
    ],
    ['AGR008', 'a contract outside the range', { 'resource.contractVersion': '2.x' }],
    ['AGR010', 'a field that is not there', { 'scope.fields.3.name': 'colour' }],
    ['AGR011', 'a field twice', { 'scope.fields.2.name': 'signed_on' }],
    ['AGR012', 'a key field less', { 'scope.fields.1.name': 'ghost' }],
    ['AGR013', 'a key cut short', { 'scope.fields.0.mask': { method: 'truncate', length: 2 } }],
    [
      'AGR013',
      'a key that is empty',
      { 'scope.fields.0': { name: 'number', required: false, mask: { method: 'null' } } },
    ],
    ['AGR014', 'a sensitive field', { 'scope.fields.3.name': 'price' }],
    [
      'AGR014',
      'a sensitive field, masked',
      { 'scope.fields.3': { name: 'price', required: false, mask: { method: 'null' } } },
    ],
    [
      'AGR015',
      'a person in clear without an article',
      { 'purpose.legalBasis.0.article': undefined },
    ],
    ['AGR016', 'a lower class than the contract’s', { 'scope.fields.2.classification': 'public' }],
    [
      'AGR017',
      'the year of a text',
      { 'scope.fields.2.mask': { method: 'generalise', to: 'year' } },
    ],
    [
      'AGR018',
      'a required field that is always empty',
      { 'scope.fields.2': { name: 'buyer', required: true, mask: { method: 'null' } } },
    ],
    ['AGR020', 'a filter on an unknown column', { 'scope.rows': 'row.colour == 1' }],
    [
      'AGR021',
      'a filter on what is not delivered',
      {
        'scope.rows': 'row.signed_on != null',
        'scope.fields.3': { name: 'buyer2', required: false },
      },
    ],
    [
      'AGR021',
      'a filter on what is masked',
      { 'scope.rows': 'row.buyer != null', 'scope.fields.2.mask': { method: 'null' } },
    ],
    ['AGR022', 'a filter on a sensitive field', { 'scope.rows': 'row.price > 1' }],
    ['AGR030', 'no legal basis', { 'purpose.legalBasis': [] }],
    [
      'AGR031',
      'a basis that comes later',
      { 'purpose.legalBasis': [{ ...basis, validFrom: '2026-07-02' }] },
    ],
    [
      'AGR031',
      'a repealed basis',
      { 'purpose.legalBasis': [{ ...basis, validUntil: '2026-07-01' }] },
    ],
    [
      'AGR032',
      'a basis that ends before',
      { 'purpose.legalBasis': [{ ...basis, validUntil: '2027-06-30' }] },
    ],
    ['AGR040', 'nothing about provision', { 'obligations.provide': [] }],
    ['AGR040', 'nothing about use', { 'obligations.use': [] }],
    ['AGR040', 'nothing about disposal', { 'obligations.dispose': [] }],
    ['AGR040', 'nothing about security', { 'obligations.security': [] }],
    ['AGR041', 'no duty to purge', { 'obligations.dispose': [{ duty: 'archive' }] }],
    [
      'AGR050',
      'an end before its beginning',
      { 'validity.notBefore': '2027-07-01T00:00:01+08:00' },
    ],
    [
      'AGR050',
      'an end with its beginning, in other zones',
      { 'validity.notBefore': '2027-06-30T16:00:00Z' },
    ],
    [
      'AGR051',
      'an end in the past',
      { 'validity.notBefore': '2025-01-01T00:00:00Z', 'validity.notAfter': '2026-06-01T00:00:00Z' },
    ],
    ['AGR052', 'a reassessment outside', { 'validity.nextReassessment': '2028-01-01' }],
    [
      'AGR053',
      'a delegation beyond the end',
      { delegate: { orgId: 'BANK', onBehalfOf: 'subscriber', until: '2027-07-01T00:00:01+08:00' } },
    ],
    ['AGR060', 'daily without a cut-off', { 'delivery.mode': 'daily' }],
    ['AGR060', 'a cut-off in real time', { 'delivery.daily': daily }],
    [
      'AGR061',
      'an unknown time zone',
      { 'delivery.mode': 'daily', 'delivery.daily': { ...daily, timezone: 'Asia/Shangri-La' } },
    ],
    [
      'AGR062',
      'working days of a zone without calendar',
      {
        'delivery.mode': 'daily',
        'delivery.daily': { ...daily, calendar: 'working-days', timezone: 'Europe/Berlin' },
      },
    ],
    [
      'AGR063',
      'working days that are not announced',
      { 'delivery.mode': 'daily', 'delivery.daily': { ...daily, calendar: 'working-days' } },
    ],
    ['AGR064', 'a table with capitals', { 'delivery.table': 'HouseSale' }],
    ['AGR064', 'a table of the kit’s own', { 'delivery.table': 'sale__stage' }],
    ['AGR070', 'a version that is not higher', { version: '1.0.0', supersedes }],
    [
      'AGR071',
      'a version for another subscriber',
      { supersedes, subscriber: { orgId: 'BANK', contact: [], signer: 'BANK-1' } },
      { versions: [former], resources: [{ ...resource, memberTypes: ['bank'] }] },
    ],
    [
      'AGR072',
      'a superseded version that nobody knows',
      { supersedes: { ...supersedes, version: '0.9.0' } },
      { versions: [former] },
    ],
    [
      'AGR072',
      'a superseded version with other content',
      { supersedes },
      { versions: [{ ...former, theme: 'other' }] },
    ],
    ['AGR073', 'a further version that names none', {}, { versions: [former] }],
    ['AGR074', 'a further version without backfill', { supersedes, 'scope.backfill': 'none' }],
    ['AGR080', 'a latency in per cent', { 'slaProperties.0.unit': 'percent' }],
    [
      'AGR081',
      'a service level twice',
      { slaProperties: [...good.slaProperties, ...good.slaProperties] },
    ],
    ['AGR082', 'no latency', { slaProperties: [] }],
    ['AGR090', 'another hash in the file', {}, { statedHash: `$1$${'A'.repeat(43)}` }],
  ];

  test.each(broken)('%s finds %s', (rule, _what, change, more) => {
    expect(rulesOf(change, more)).toContain(rule);
  });

  test('has a case above, but for the one that looks at several files', () => {
    const tried = new Set<string>(broken.map(([rule]) => rule));
    expect(Object.keys(RULES).filter((rule) => !tried.has(rule))).toEqual(['AGR009']);
  });

  test('of all that is wrong is told at once, with its place', () => {
    const findings = lintAgreement(
      changed({
        'provider.orgId': 'X',
        'scope.fields.3.name': 'ghost',
        'delivery.table': '',
        slaProperties: [],
      }),
      context,
    );
    expect(findings.map(({ rule, path }) => `${rule} ${path.join('.')}`)).toEqual([
      'AGR004 provider.orgId',
      'AGR003 provider.orgId',
      'AGR010 scope.fields.3.name',
      'AGR064 delivery.table',
      'AGR082 slaProperties',
    ]);
    expect(isClean(findings)).toBe(false);
    expect(isClean(findings.filter(({ rule }) => rule === 'AGR082'))).toBe(true);
  });

  test('a copy that will be emptied is told with both versions, and keeps nobody from submitting', () => {
    const findings = lintAgreement(changed({ supersedes, 'scope.backfill': 'none' }), context);
    expect(findings.map(({ rule, path }) => `${rule} ${path.join('.')}`)).toEqual([
      'AGR074 scope.backfill',
    ]);
    expect(findings[0]!.message).toMatch(
      /copy of 1\.0\.0 is emptied when 1\.1\.0 comes into force/,
    );
    expect(isClean(findings)).toBe(true);
  });
});
