/** `civicbus describe agreement`: what its file says, and what the linter finds in it. */
import { stat } from 'node:fs/promises';
import type { AgreedField, AgreementContent } from '../../bus/agreement/agreement.ts';
import { findAgreementFiles } from '../../bus/agreement/document/folder.ts';
import { maskedType } from '../../bus/agreement/mask/mask.ts';
import type { Resource, ResourceField } from '../../bus/agreement/resource.ts';
import { BusError, problemLine, ProblemsError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { sqlTypeOf } from '../../bus/change/column-type.ts';
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
  { out }: Cli,
  name: string,
  { file: paths = [AGREEMENTS_FOLDER] }: ViewFiles,
): Promise<void> {
  const { world, checked } = await findAgreement(name, paths);
  const { file, content, problems, findings } = checked;
  const [item] = agreementItem(checked);
  if (!content || !item) throw new ProblemsError(file, problems);
  for (const { place } of findings) out.warn(problemLine(place));
  const resource = world.resources.find(({ id }) => id === content.resource.resourceId);
  showFacts(out, {
    kind: 'Agreement',
    item: { ...item, content },
    facts: factsOf(content, item.contentHash, world, file),
    more: [fieldsTable(content.scope.fields, resource)],
  });
}

/** The newest version of that name or id, or the file itself. Throws CLI_NOT_FOUND. */
async function findAgreement(
  name: string,
  paths: readonly string[],
): Promise<{ readonly world: AgreementWorld; readonly checked: CheckedAgreement }> {
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
  const checked = named.toSorted((a, b) => order(b).localeCompare(order(a)))[0];
  if (checked) return { world, checked };
  const known = all.flatMap(({ content }) => content?.name ?? []).join(', ');
  throw new BusError('CLI_NOT_FOUND', { kind: 'agreement', name, known });
}

/** Versions as text that sorts by number. */
function order({ content }: CheckedAgreement): string {
  return (content?.version ?? '').replaceAll(/\d+/g, (digits) => digits.padStart(9, '0'));
}

function factsOf(
  content: AgreementContent,
  contentHash: string,
  { organizations }: AgreementWorld,
  file: string,
): Fact[] {
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
    ['content hash', contentHash],
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
    ['file', file],
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
