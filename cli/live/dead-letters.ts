/** Records that could not be applied: where they stand and why, open ones first; never what they hold. */
import { text } from '../../bus/base/text.ts';
import type { LetterState } from '../../bus/view/store/dead-letter-store.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { TableView } from '../output/table.ts';
import { firstLine } from '../output/words.ts';
import type { StackAccess } from '../stack/access.ts';
import { isInstalled } from './lag.ts';

export type DeadLetterItem = {
  readonly unit: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly code: string;
  readonly detail: string;
  readonly state: LetterState;
  /** When it was set aside, UTC. */
  readonly at: string;
};

/** Enough for a person; programs that want all read the table. */
export const DEAD_LETTERS_SHOWN_MAX = 200;

export async function readDeadLetters(
  views: readonly ViewModel[],
  access: StackAccess,
): Promise<DeadLetterItem[]> {
  const hub = await access.root('hub');
  const found: DeadLetterItem[] = [];
  for (const view of views) {
    if (!(await isInstalled(hub, view))) continue;
    const database = await access.hub(view.database);
    found.push(
      ...(await database.query<DeadLetterItem>(
        'SELECT unit, topic, `partition`, CAST(`offset` AS CHAR) AS `offset`, code, detail, state, ' +
          "CAST(at AS CHAR) AS at FROM civicbus_dead_letter ORDER BY state <> 'open', at DESC, topic, `partition`, `offset` LIMIT ?",
        [DEAD_LETTERS_SHOWN_MAX],
      )),
    );
  }
  const rank = ({ state, at }: DeadLetterItem): string => (state === 'open' ? `1${at}` : `0${at}`);
  return found.toSorted((a, b) => (rank(a) < rank(b) ? 1 : rank(a) > rank(b) ? -1 : 0));
}

export function deadLettersTable(items: readonly DeadLetterItem[]): TableView {
  return {
    columns: [
      text('cli.column.at'),
      text('cli.column.unit'),
      text('cli.column.topic'),
      { title: text('cli.column.partition'), align: 'right' },
      { title: text('cli.column.offset'), align: 'right' },
      text('cli.column.state'),
      text('cli.column.code'),
      text('cli.column.detail'),
    ],
    rows: items.map(({ at, unit, topic, partition, offset, state, code, detail }) => [
      at,
      unit,
      topic,
      partition,
      offset,
      { text: text(`cli.letter.${state}`), health: state === 'open' ? 'bad' : 'good' },
      code,
      firstLine(detail),
    ]),
    empty: text('cli.empty.deadLetters'),
  };
}
