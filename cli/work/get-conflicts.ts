/** `civicbus get conflicts`: open ones first, the newest of them first. */
import { text } from '../../bus/base/text.ts';
import { gatherDeclarations } from '../apply/gather.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import { conflictsTable, readConflicts } from '../live/conflicts.ts';
import { declaredView, declaredViews } from '../live/declared-views.ts';
import { count } from '../output/words.ts';

export type ConflictFlags = ViewFiles & {
  /** Resolved ones too. */
  readonly all: boolean;
  readonly values: boolean;
  readonly limit: number;
};

export async function getConflicts(
  { out, openStack }: Cli,
  name: string | undefined,
  { file, all, values, limit }: ConflictFlags,
): Promise<void> {
  const paths = file === undefined ? undefined : (await gatherDeclarations(file)).viewFiles;
  const views = name === undefined ? await declaredViews(paths) : [await declaredView(name, paths)];
  const { items, open, found } = await readConflicts(views, await openStack(), {
    all,
    values,
    limit,
  });
  out.list({
    kind: 'ConflictList',
    items,
    table: conflictsTable(items, { values }),
    warnings:
      found > items.length
        ? [text('cli.get.conflicts.more', { shown: count(items.length), found: count(found) })]
        : [],
  });
  out.hint(text('cli.get.conflicts.count', { open: count(open) }));
}
