/**
 * `civicbus explain row PAIR KEY…`: why one row is delivered to one pair or not, by the gateway's own
 * judgement; for its parties and the authority. No value is shown. The subscriber learns of a row
 * that it does not get only that it does not get it: not even that it exists leaves the agreement.
 */
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import type { ColumnValue } from '../../bus/change/column-value.ts';
import type { RowImage } from '../../bus/change/envelope.ts';
import type { ControlledPair } from '../../bus/control/pairs.ts';
import { explainRow, type RowExplanation } from '../../bus/pair/explain.ts';
import { bindPair, topicColumns } from '../../bus/pair/gateway/bound-pair.ts';
import { openKeyStore } from '../../bus/pair/key-store.ts';
import { hubRow } from '../../bus/pair/look/hub-rows.ts';
import type { CompiledPair } from '../../bus/pair/pair.ts';
import { pairTools } from '../../bus/pair/pair-tools.ts';
import { copyRow, deliveredRow } from '../../bus/pair/verify/rows.ts';
import type { ActorFlags } from '../agreements/actor.ts';
import { deskFor } from '../agreements/desk.ts';
import type { Desk } from '../agreements/perform.ts';
import type { Cli } from '../globals.ts';
import type { Health } from '../output/paint.ts';
import type { TableView } from '../output/table.ts';
import { findPair } from '../pairs/find-pair.ts';
import { lookAs } from '../pairs/look-as.ts';
import { copyConfig, openCopy } from '../pairs/open-copy.ts';
import { maskKeysFolder } from '../stack/control.ts';
import { showFacts } from './facts.ts';

export type ExplainFlags = ActorFlags & { readonly config?: string };

/** What the copy says of the row; `unknown`: it cannot be read, or its key cannot be made. */
type CopyState = 'equal' | 'other' | 'absent' | 'surplus' | 'unknown';

type RowItem = Omit<RowExplanation, 'verdict'> & {
  readonly pair: string;
  readonly state: ControlledPair['state'];
  readonly verdict: RowExplanation['verdict'] | 'not-delivered';
  readonly copy: CopyState;
  /** Fields in which the copy's row differs. */
  readonly copyDiffers: readonly string[];
};

export async function explainOneRow(
  cli: Cli,
  name: string,
  key: readonly string[],
  flags: ExplainFlags,
): Promise<void> {
  const desk = await deskFor(cli, name);
  const found = await findPair(desk.control.db, name);
  const { agreement, resource } = found.pair;
  const parties = [agreement.provider, agreement.subscriber, desk.control.authority];
  const org = await lookAs(desk.access, flags, { pair: agreement.name, able: parties });
  if (key.length !== resource.key.length) {
    const wanted = resource.key.map((column) => column.name).join(' ');
    const what = text('cli.explain.key', { resource: resource.id, key: wanted });
    throw new BusError('CLI_USAGE', { what });
  }
  const image = await hubRow(await desk.access.root('hub'), found.pair, key);
  const explained = explainRow(found.pair, topicColumns([found.pair]), image);
  const isHidden = org === agreement.subscriber && explained.verdict !== 'delivered';
  const shown = isHidden
    ? { verdict: 'not-delivered' as const, clauses: [], fields: [] }
    : explained;
  const copy = isHidden ? UNKNOWN : await inCopy(desk, found.pair, { image, flags });
  show(cli, { pair: agreement.name, state: found.state, ...shown, ...copy });
}

const UNKNOWN = { copy: 'unknown', copyDiffers: [] } as const;

async function inCopy(
  { access }: Desk,
  pair: CompiledPair,
  { image, flags }: { readonly image: RowImage | null; readonly flags: ExplainFlags },
): Promise<Pick<RowItem, 'copy' | 'copyDiffers'>> {
  const file = await copyConfig(access, pair, flags.config);
  if (file === undefined || image === null) return UNKNOWN;
  const tools = pairTools(openKeyStore(maskKeysFolder(access)));
  const columns = topicColumns([pair]);
  const key = pair.fields.slice(0, pair.keyFields).map((field): ColumnValue => {
    const value = image[columns.findIndex((column) => column.name === field.name)] ?? null;
    return field.mask ? tools.mask(field, pair)(value) : value;
  });
  const held = await copyRow(pair, await openCopy(access, pair, file), key);
  const { decision } = bindPair(pair, columns, tools).decide(null, image);
  if (decision?.kind !== 'UPSERT') return { copy: held ? 'surplus' : 'absent', copyDiffers: [] };
  if (!held) return { copy: 'absent', copyDiffers: [] };
  const { prints } = deliveredRow(pair, decision.row);
  const differs = pair.fields.filter((_, at) => prints[at] !== held.prints[at]);
  return {
    copy: differs.length === 0 ? 'equal' : 'other',
    copyDiffers: differs.map((field) => field.name),
  };
}

function show({ out }: Cli, item: RowItem): void {
  const copy = text(`cli.explain.copy.${item.copy}`, { fields: item.copyDiffers.join(', ') });
  showFacts(out, {
    kind: 'RowExplanation',
    item,
    facts: [
      ['pair', item.pair],
      ['state', item.state],
      [
        'row',
        {
          text: text(`cli.explain.verdict.${item.verdict}`),
          health: item.verdict === 'delivered' ? 'good' : 'attention',
        },
      ],
      ['copy', copy],
    ],
    more: [clausesTable(item), fieldsTable(item)],
  });
  if (item.state !== 'active') out.warn(text('cli.explain.notActive', { state: item.state }));
}

const CLAUSE_HEALTH: Readonly<Record<string, Health>> = { true: 'good', false: 'bad' };

function clausesTable({ clauses }: RowItem): TableView {
  return {
    columns: ['clause', 'holds', 'empty'].map((name) => text(`cli.column.${name}`)),
    rows: clauses.map(({ cel, verdict, empty }) => [
      cel,
      {
        text: text(`cli.explain.clause.${verdict}`),
        health: CLAUSE_HEALTH[verdict] ?? 'attention',
      },
      empty.join(', '),
    ]),
    empty: '',
  };
}

function fieldsTable({ fields }: RowItem): TableView {
  const notes = ({ isKey, isEmpty, isFaulty }: RowItem['fields'][number]) =>
    [
      ...(isKey ? [text('cli.explain.field.key')] : []),
      ...(isEmpty ? [text('cli.explain.field.empty')] : []),
      ...(isFaulty ? [text('cli.explain.field.faulty')] : []),
    ].join(', ');
  return {
    columns: ['field', 'deliveredAs', 'leaves', 'notes'].map((name) => text(`cli.column.${name}`)),
    rows: fields.map((field) => [
      field.name,
      field.deliveredType,
      field.mask ?? text('cli.describe.agreement.clear'),
      notes(field),
    ]),
    empty: '',
  };
}
