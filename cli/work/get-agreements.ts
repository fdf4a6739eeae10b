/** `civicbus get agreements`: every agreement with its state and whose turn it is; stopped and overdue ones first. */
import type { AgreementState } from '../../bus/agreement/agreement.ts';
import { text } from '../../bus/base/text.ts';
import { isBusError } from '../../bus/base/errors.ts';
import { type ListedLine, readLines } from '../../bus/control/list.ts';
import { type Receipt, readReceipts } from '../../bus/pair/subscriber/receipts.ts';
import { type AgreementListItem, listItem, STATE_HEALTH } from '../agreements/list-item.ts';
import { findDesk } from '../agreements/desk.ts';
import type { Desk } from '../agreements/perform.ts';
import type { StackAccess } from '../stack/access.ts';
import type { Cli } from '../globals.ts';
import { brokenFirst } from '../output/paint.ts';
import type { Cell, TableView } from '../output/table.ts';

/** Versions that nothing can happen to any more, and that tell nothing about today. */
const ENDED: ReadonlySet<AgreementState> = new Set(['superseded', 'closed', 'withdrawn']);

export async function getAgreements(cli: Cli, { all }: { readonly all: boolean }): Promise<void> {
  const desk = await findDesk(cli);
  const items = desk ? await readItems(desk, all) : [];
  cli.out.list({ kind: 'AgreementList', items, table: agreementsTable(items) });
  const overdue = items.filter(({ due }) => due?.isOverdue === true).length;
  if (overdue > 0) cli.out.hint(text('cli.lifecycle.overdue', { count: overdue }));
}

async function readItems({ control, access }: Desk, all: boolean): Promise<AgreementListItem[]> {
  const nowMs = Date.now();
  const lines = await readLines(control.db);
  const shown = all ? lines : lines.filter(({ state }) => !ENDED.has(state));
  const receipts = await receiptsOf(shown, access);
  return brokenFirst(
    shown.map((line) => {
      // A receipt tells of the version whose records arrived last.
      const found = receipts.get(line.agreementId);
      const receipt = found?.contentHash === line.contentHash ? found : undefined;
      return listItem(line, control, { nowMs, receipt });
    }),
    (item) => ({ health: healthOf(item), name: `${item.name} ${item.version}` }),
  );
}

/** States are told also while the broker is away; watermarks are then unknown. */
async function receiptsOf(
  lines: readonly ListedLine[],
  access: StackAccess,
): Promise<ReadonlyMap<string, Receipt>> {
  const deployed = lines.filter(({ deployedHash }) => deployedHash !== undefined);
  if (deployed.length === 0) return new Map();
  try {
    const kafka = await access.kafkaAs(access.endpoints.kafka.admin);
    const ids = [...new Set(deployed.map(({ agreementId }) => agreementId))];
    return (await readReceipts(kafka, ids)).receipts;
  } catch (error) {
    if (isBusError(error)) return new Map();
    throw error;
  }
}

function healthOf({ state, due }: AgreementListItem) {
  return due?.isOverdue === true ? 'bad' : STATE_HEALTH[state];
}

function agreementsTable(items: readonly AgreementListItem[]): TableView {
  return {
    columns: ['agreement', 'version', 'state', 'since', 'parties', 'due', 'watermark'].map((name) =>
      text(`cli.column.${name}`),
    ),
    rows: items.map((item) => [
      item.name,
      item.version,
      { text: item.state.toUpperCase(), health: STATE_HEALTH[item.state] },
      item.since.slice(0, 16).replace('T', ' '),
      `${item.provider} → ${item.subscriber}`,
      dueCell(item),
      watermarkCell(item),
    ]),
    empty: text('cli.empty.agreements'),
  };
}

function dueCell({ due }: AgreementListItem): Cell {
  if (!due) return '-';
  const words = `${due.who}: ${due.what} ${due.at.slice(0, 16).replace('T', ' ')}`;
  return { text: words, health: due.isOverdue ? 'bad' : 'attention' };
}

function watermarkCell({ watermark, copy }: AgreementListItem): Cell {
  if (!copy) return '-';
  const newest = watermark?.slice(0, 19).replace('T', ' ') ?? '-';
  if (copy.state === 'live') return newest;
  return { text: `${newest} ${copy.fault ?? copy.state}`, health: 'attention' };
}
