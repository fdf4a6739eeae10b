/** Topics of the bus: whose they are, how much is in them, and which views read them. */
import { text } from '../../bus/base/text.ts';
import type { PartitionOffsets } from '../../bus/kafka/kafka.ts';
import { ownerOf } from '../../bus/plan/ownership.ts';
import { unitName, type ViewModel } from '../../bus/view/view.ts';
import { compareText } from '../output/paint.ts';
import type { TableView } from '../output/table.ts';
import { count } from '../output/words.ts';
import type { StackAccess } from '../stack/access.ts';

export type TopicItem = {
  readonly name: string;
  /** "source/police"; undefined for a topic that no declaration owns. */
  readonly owner?: string;
  readonly partitions: number;
  /** Offsets in the log; transaction markers count. */
  readonly records: number;
  /** Units of declared views that read it. */
  readonly readers: readonly string[];
};

export async function readTopics(
  access: StackAccess,
  views: readonly ViewModel[],
): Promise<TopicItem[]> {
  const admin = await access.admin();
  const names = await admin.listTopics();
  const states = await admin.describeTopics(names);
  const logs = Map.groupBy(
    await admin.offsets(states.map(({ name }) => name)),
    ({ topic }) => topic,
  );
  const readers = readersOf(views);
  return states
    .map(({ name, partitions }): TopicItem => {
      const owner = ownerOf('topic', name);
      return {
        name,
        ...(owner === undefined ? {} : { owner }),
        partitions,
        records: recordsIn(logs.get(name) ?? []),
        readers: readers.get(name) ?? [],
      };
    })
    .toSorted((a, b) => compareText(a.name, b.name));
}

/** Units of `views` by topic. */
export function readersOf(views: readonly ViewModel[]): ReadonlyMap<string, readonly string[]> {
  const pairs = views.flatMap((view) =>
    view.blocks.map((block) => [block.from.topic, unitName(view, block)] as const),
  );
  const grouped = Map.groupBy(pairs, ([topic]) => topic);
  return new Map([...grouped].map(([topic, of]) => [topic, of.map(([, unit]) => unit)]));
}

export function recordsIn(logs: readonly PartitionOffsets[]): number {
  return logs.reduce((sum, { start, end }) => sum + Number(end - start), 0);
}

export function topicsTable(items: readonly TopicItem[]): TableView {
  return {
    columns: [
      text('cli.column.topic'),
      text('cli.column.owner'),
      { title: text('cli.column.partitions'), align: 'right' },
      { title: text('cli.column.records'), align: 'right' },
      text('cli.column.readBy'),
    ],
    rows: items.map(({ name, owner = '-', partitions, records, readers }) => [
      name,
      owner,
      partitions,
      count(records),
      readers.join(', '),
    ]),
    empty: text('cli.empty.topics'),
  };
}
