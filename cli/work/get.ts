/** `civicbus get`: listings, broken things first. */
import { text } from '../../bus/base/text.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import { readConnectors } from '../live/connectors.ts';
import { connectorsTable } from '../live/connectors-table.ts';
import { deadLettersTable, readDeadLetters } from '../live/dead-letters.ts';
import { declaredViews } from '../live/declared-views.ts';
import { readTopics, topicsTable } from '../live/topics.ts';
import { readViews, viewsTable } from '../live/views.ts';

export async function getConnectors({ out, openStack }: Cli): Promise<void> {
  const access = await openStack();
  const items = await readConnectors(await access.connect());
  out.list({ kind: 'ConnectorList', items, table: connectorsTable(items) });
  const broken = items.filter(({ health }) => health === 'bad');
  const [first] = broken;
  if (items.length === 0) out.hint(text('cli.next.apply'));
  else if (first) {
    out.hint(text('cli.get.connectors.broken', { count: broken.length, all: items.length }));
    out.hint(text('cli.next.describe', { kind: 'connector', name: first.name }));
  }
}

export async function getViews({ out, openStack }: Cli, { file }: ViewFiles): Promise<void> {
  const access = await openStack();
  const items = await readViews(await declaredViews(file), access);
  out.list({ kind: 'ViewList', items, table: viewsTable(items) });
  const first = items.find(({ health }) => health !== 'good');
  if (first) out.hint(text('cli.next.lag', { name: first.name }));
}

export async function getTopics({ out, openStack }: Cli, { file }: ViewFiles): Promise<void> {
  const access = await openStack();
  const items = await readTopics(access, await declaredViews(file));
  out.list({ kind: 'TopicList', items, table: topicsTable(items) });
  if (items.length === 0) out.hint(text('cli.next.apply'));
}

export async function getDeadLetters({ out, openStack }: Cli, { file }: ViewFiles): Promise<void> {
  const access = await openStack();
  const items = await readDeadLetters(await declaredViews(file), access);
  out.list({ kind: 'DeadLetterList', items, table: deadLettersTable(items) });
  if (items.length > 0) out.hint(text('cli.get.dead-letters.next'));
}
