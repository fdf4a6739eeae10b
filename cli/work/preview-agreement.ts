/**
 * `civicbus preview agreement`: what an agreement would deliver, before anybody signs it: fields as
 * they would leave, and how many rows of today are in its scope. With --sample its provider is
 * shown some rows as they would leave, with tokens under a throw-away key.
 */
import { randomBytes } from 'node:crypto';
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import { contentHash } from '../../bus/agreement/canonical/canonical.ts';
import type { Resource } from '../../bus/agreement/resource.ts';
import { BusError, ProblemsError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { sqlTypeOf } from '../../bus/change/column-type.ts';
import type { ColumnValue } from '../../bus/change/column-value.ts';
import { compilePair } from '../../bus/pair/compile/compile-pair.ts';
import { sampleRows, scopeCounts, type ScopeCounts } from '../../bus/pair/look/hub-rows.ts';
import type { CompiledPair } from '../../bus/pair/pair.ts';
import { pairTools } from '../../bus/pair/pair-tools.ts';
import type { ActorFlags } from '../agreements/actor.ts';
import { agreementHistory } from '../agreements/history.ts';
import { AGREEMENTS_FOLDER, type AgreementWorld } from '../agreements/world.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import type { TableView } from '../output/table.ts';
import { count } from '../output/words.ts';
import { lookAs } from '../pairs/look-as.ts';
import { findAgreement, storedContent } from './describe-agreement.ts';
import { showFacts } from './facts.ts';

export type PreviewFlags = ViewFiles & ActorFlags & { readonly sample: number };

/** Rows that a person reads; more is a delivery and no look. */
const SAMPLE_MAX = 20;

export async function previewAgreement(cli: Cli, name: string, flags: PreviewFlags): Promise<void> {
  const { content, world } = await contentOf(cli, name, flags.file);
  const resource = world.resources.find(({ id }) => id === content.resource.resourceId);
  const pair = compiled(content, resource);
  const access = await cli.openStack();
  const sampled = Math.min(flags.sample, SAMPLE_MAX);
  if (sampled > 0)
    await lookAs(access, flags, { pair: content.name, able: [content.provider.orgId] });
  const hub = await access.root('hub');
  const scope = await scopeCounts(hub, pair);
  const throwAway = randomBytes(32);
  const tools = pairTools({ keyNow: () => throwAway });
  const sample = sampled > 0 ? await sampleRows(hub, pair, { count: sampled, tools }) : [];
  show(cli, { pair, resource, scope, sample });
  if (sample.length > 0) cli.out.warn(text('cli.preview.throwAway'));
}

async function contentOf(
  cli: Cli,
  name: string,
  paths: readonly string[] = [AGREEMENTS_FOLDER],
): Promise<{ readonly content: AgreementContent; readonly world: AgreementWorld }> {
  const { world, checked, known } = await findAgreement(name, paths);
  if (checked && !checked.content) throw new ProblemsError(checked.file, checked.problems);
  const content = checked?.content ?? storedContent(await agreementHistory(cli, world, name));
  if (!content)
    throw new BusError('CLI_NOT_FOUND', { kind: 'agreement', name, known: known.join(', ') });
  return { content, world };
}

function compiled(content: AgreementContent, resource: Resource | undefined): CompiledPair {
  const where = `${content.name} ${content.version}`;
  if (!resource) {
    const message = text('cli.preview.noResource', { id: content.resource.resourceId });
    throw new ProblemsError(where, [{ path: 'resource.resourceId', message }]);
  }
  const result = compilePair(content, resource, { contentHash: contentHash(content) });
  if ('problems' in result) throw new ProblemsError(where, result.problems);
  return result.pair;
}

type Preview = {
  readonly pair: CompiledPair;
  readonly resource: Resource | undefined;
  readonly scope: ScopeCounts;
  readonly sample: readonly (readonly ColumnValue[])[];
};

function show({ out }: Cli, { pair, resource, scope, sample }: Preview): void {
  const { agreement, delivery, rows, topic } = pair;
  const fields = pair.fields.map(({ name, type, deliveredType, mask }, at) => ({
    name,
    isKey: at < pair.keyFields,
    type: sqlTypeOf(type),
    deliveredType: sqlTypeOf(deliveredType),
    classification: resource?.fields.find((field) => field.name === name)?.classification ?? '-',
    mask: mask?.method ?? null,
  }));
  const { there, visible, inScope } = scope;
  const { name, version, contentHash: hash } = agreement;
  showFacts(out, {
    kind: 'AgreementPreview',
    item: { name, version, contentHash: hash, fields, rows: scope, sample: sample.map(listed) },
    facts: [
      ['agreement', `${name} ${version}`],
      ['content hash', hash],
      ['filter', rows?.cel ?? text('cli.describe.agreement.allRows')],
      ['rows there', count(there)],
      ['rows shown by the view', count(visible)],
      ['rows in scope', count(inScope)],
      ['delivery', `${delivery.mode}, ${topic.name}, table ${delivery.table}`],
    ],
    more: [fieldsTable(fields), sampleTable(pair, sample)],
  });
}

type Field = {
  readonly name: string;
  readonly isKey: boolean;
  readonly type: string;
  readonly deliveredType: string;
  readonly classification: string;
  readonly mask: string | null;
};

function fieldsTable(fields: readonly Field[]): TableView {
  return {
    columns: ['field', 'type', 'class', 'leaves', 'deliveredAs'].map((name) =>
      text(`cli.column.${name}`),
    ),
    rows: fields.map(({ name, type, classification, mask, deliveredType }) => [
      name,
      type,
      classification,
      mask ?? text('cli.describe.agreement.clear'),
      deliveredType,
    ]),
    empty: '',
  };
}

function sampleTable({ fields }: CompiledPair, sample: Preview['sample']): TableView {
  return {
    columns: fields.map(({ name }) => name),
    rows: sample.map((row) => listed(row).map((value) => value ?? '-')),
    empty: '',
  };
}

function listed(row: readonly ColumnValue[]): (string | null)[] {
  return row.map((value) => {
    if (value === null) return null;
    return Buffer.isBuffer(value) ? value.toString('hex') : String(value);
  });
}
