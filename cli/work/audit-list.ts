/** `civicbus audit list`: what left for one pair, by day or every transaction of one day. */
import { text } from '../../bus/base/text.ts';
import { readAgreement } from '../../bus/control/record.ts';
import {
  deliveriesOf,
  type Delivery,
  type DeliveryDay,
  deliveryDays,
} from '../../bus/pair/audit/deliveries.ts';
import { deskFor } from '../agreements/desk.ts';
import type { Cli } from '../globals.ts';
import type { TableView } from '../output/table.ts';
import { archiveFolder } from '../stack/control.ts';

type Flags = { readonly agreement: string; readonly day?: string };

export async function auditList(cli: Cli, { agreement: name, day }: Flags): Promise<void> {
  const { access, control } = await deskFor(cli, name);
  const { agreementId: agreement } = await readAgreement(control.db, name);
  const folder = archiveFolder(access);
  if (day === undefined) {
    const items = await deliveryDays(deliveriesOf(folder, { agreement }));
    cli.out.list({ kind: 'AuditDayList', items, table: daysTable(items) });
    return;
  }
  const items: Delivery[] = [];
  for await (const one of deliveriesOf(folder, { agreement, day })) items.push(one);
  cli.out.list({ kind: 'AuditList', items, table: deliveriesTable(items) });
}

function daysTable(items: readonly DeliveryDay[]): TableView {
  return {
    columns: columns('day', 'transactions', 'upserts', 'deletes', 'faults', 'content'),
    rows: items.map(({ day, transactions, upserts, deletes, faults, contentHashes }) => [
      day,
      transactions,
      upserts,
      deletes,
      faults,
      contentHashes.join('\n'),
    ]),
    empty: text('cli.audit.list.empty'),
  };
}

function deliveriesTable(items: readonly Delivery[]): TableView {
  return {
    columns: columns('at', 'range', 'generation', 'upserts', 'deletes', 'faults', 'keySet'),
    rows: items.map((item) => [
      item.at,
      item.controls.length > 0
        ? item.controls.join(', ')
        : `${item.topic}/${item.partition} ${item.from}–${item.next}`,
      item.generation,
      item.upserts,
      item.deletes,
      item.faults,
      item.keySetHash.slice(0, 16),
    ]),
    empty: text('cli.audit.list.empty'),
  };
}

function columns(...names: readonly string[]): string[] {
  return names.map((name) => text(`cli.column.${name}`));
}
