/**
 * `civicbus describe agreement`: what its file says and what the linter finds in it; where a stack
 * runs that knows it, also in which state each version is and how it came there.
 */
import { stat } from 'node:fs/promises';
import type { AgreedField, AgreementContent } from '../../bus/agreement/agreement.ts';
import { contentHash } from '../../bus/agreement/canonical/canonical.ts';
import { findAgreementFiles } from '../../bus/agreement/document/folder.ts';
import { maskedType } from '../../bus/agreement/mask/mask.ts';
import type { Resource, ResourceField } from '../../bus/agreement/resource.ts';
import { BusError, problemLine, ProblemsError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { sqlTypeOf } from '../../bus/change/column-type.ts';
import { agreementHistory, type AgreementHistory } from '../agreements/history.ts';
import { historyTable, historyWarnings, stateFacts } from '../agreements/history-shown.ts';
import { agreementItem } from '../agreements/item.ts';
import {
  AGREEMENTS_FOLDER,
  type AgreementWorld,
  type CheckedAgreement,
  checkAgreementFile,
  loadWorld,
} from '../agreements/world.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import type { TableView } from '../output/table.ts';
import { showFacts, type Fact } from './facts.ts';

export async function describeAgreement(
  cli: Cli,
  name: string,
  { file: paths = [AGREEMENTS_FOLDER] }: ViewFiles,
): Promise<void> {
  const { out } = cli;
  const { world, checked, known } = await findAgreement(name, paths);
  if (checked && !checked.content) throw new ProblemsError(checked.file, checked.problems);
  const history = await agreementHistory(cli, world, checked?.content?.id ?? name);
  const content = checked?.content ?? storedContent(history);
  if (!content) {
    throw new BusError('CLI_NOT_FOUND', { kind: 'agreement', name, known: known.join(', ') });
  }
  for (const { place } of checked?.findings ?? []) out.warn(problemLine(place));
  const hash = contentHash(content);
  for (const warning of historyWarnings(history, { file: checked?.file, hash, content }))
    out.warn(warning);
  const resource = world.resources.find(({ id }) => id === content.resource.resourceId);
  const [item = { name: content.name, contentHash: hash }] = checked ? agreementItem(checked) : [];
  const { versions = [], events = [], resyncs = [], faults = [] } = history ?? {};
  showFacts(out, {
    kind: 'Agreement',
    item: { ...item, content, versions, events, resyncs, faults },
    facts: [...stateFacts(history), ...factsOf(content, world), ['file', checked?.file ?? '-']],
    more: [fieldsTable(content.scope.fields, resource), historyTable({ events, resyncs })],
  });
}

type Found = {
  readonly world: AgreementWorld;
  /** undefined: no file has it. */
  readonly checked: CheckedAgreement | undefined;
  /** Names of agreements in files. */
  readonly known: readonly string[];
};

/** The newest version of that name or id in files, or the file itself. */
export async function findAgreement(name: string, paths: readonly string[]): Promise<Found> {
  const isFile = await stat(name).then(
    (found) => found.isFile(),
    () => false,
  );
  const files = isFile ? [name] : (await Promise.all(paths.map(findAgreementFiles))).flat();
  const world = await loadWorld(files[0]);
  const all = await Promise.all(files.map((file) => checkAgreementFile(file, world)));
  const named = all.filter(
    ({ content }) => isFile || content?.name === name || content?.id === name,
  );
  const [checked] = named.toSorted((a, b) => order(b).localeCompare(order(a)));
  return { world, checked, known: all.flatMap(({ content }) => content?.name ?? []) };
}

/** Content of the newest version that was submitted. */
export function storedContent(history: AgreementHistory | undefined): AgreementContent | undefined {
  const newest = history?.versions.at(-1);
  return newest && history?.contents.get(newest.contentHash);
}

/** Versions as text that sorts by number. */
function order({ content }: CheckedAgreement): string {
  return (content?.version ?? '').replaceAll(/\d+/g, (digits) => digits.padStart(9, '0'));
}

function factsOf(content: AgreementContent, { organizations }: AgreementWorld): Fact[] {
  const { purpose, scope, delivery, validity, slaProperties } = content;
  const party = (orgId: string) => {
    const found = organizations.find((one) => one.orgId === orgId);
    return found ? `${found.name.en} (${orgId})` : orgId;
  };
  const basis = purpose.legalBasis.map(
    ({ ref, article, validFrom, validUntil }) =>
      `${ref}${article === undefined ? '' : `, article ${article}`} (${validFrom} …${validUntil === undefined ? '' : ` ${validUntil}`})`,
  );
  const { daily } = delivery;
  const when = daily
    ? `${delivery.mode}, ${daily.cutoff} ${daily.timezone}, ${daily.calendar}`
    : delivery.mode;
  return [
    ['name', content.name],
    ['id', content.id],
    ['version', content.version],
    ['content hash', contentHash(content)],
    ['provider', party(content.provider.orgId)],
    ['subscriber', party(content.subscriber.orgId)],
    ['resource', `${content.resource.resourceId} ${content.resource.contractVersion}`],
    ['purpose', `${purpose.code}: ${purpose.text}`],
    ['legal basis', basis.join('\n')],
    ['authorisation', purpose.authorisation],
    ['rows', scope.rows ?? text('cli.describe.agreement.allRows')],
    ['row leaves the filter', scope.onRowExit],
    ['delivery', `${when}, into table ${delivery.table}`],
    [
      'service levels',
      slaProperties.map(({ property, value, unit }) => `${property} ${value} ${unit}`).join('\n'),
    ],
    ['valid', `${validity.notBefore} … ${validity.notAfter}`],
  ];
}

function fieldsTable(fields: readonly AgreedField[], resource: Resource | undefined): TableView {
  return {
    columns: ['field', 'type', 'class', 'leaves', 'deliveredAs'].map((name) =>
      text(`cli.column.${name}`),
    ),
    rows: fields.map(({ name, mask }) => {
      const field = resource?.fields.find((one) => one.name === name);
      const type = field ? sqlTypeOf(field.type) : '-';
      return [name, type, field?.classification ?? '-', shown(mask), deliveredType(field, mask)];
    }),
    empty: '',
  };
}

function deliveredType(field: ResourceField | undefined, mask: AgreedField['mask']): string {
  if (!field) return '-';
  const type = mask ? maskedType(mask, field.type) : field.type;
  return typeof type === 'string' ? '-' : sqlTypeOf(type);
}

/** "partial keep=first count=1" */
function shown(mask: AgreedField['mask']): string {
  if (!mask) return text('cli.describe.agreement.clear');
  const { method, ...rest } = mask;
  return [method, ...Object.entries(rest).map(([key, value]) => `${key}=${value}`)].join(' ');
}
