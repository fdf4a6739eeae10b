/** Connectors as a table. */
import { text } from '../../bus/base/text.ts';
import type { TableView } from '../output/table.ts';
import { firstLine } from '../output/words.ts';
import type { ConnectorItem } from './connectors.ts';

export function connectorsTable(items: readonly ConnectorItem[]): TableView {
  return {
    columns: [
      text('cli.column.connector'),
      text('cli.column.source'),
      text('cli.column.state'),
      text('cli.column.tasks'),
      text('cli.column.cause'),
    ],
    rows: items.map(({ name, source = '-', state, health, tasksRunning, tasks, cause = '' }) => [
      name,
      source,
      { text: state.toUpperCase(), health },
      `${tasksRunning}/${tasks}`,
      firstLine(cause),
    ]),
    empty: text('cli.empty.connectors'),
  };
}
