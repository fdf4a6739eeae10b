/** Texts of the live city's sharing pairs, in English. */
import type { TextTable } from '../../bus/base/text.ts';

export const EN_CITY: TextTable = {
  'cli.start.pairs': 'Sharing pairs are in force and run ({{count}}), {{seconds}} s.',
  'cli.start.pairsAwaited': 'every filed agreement to be deployed and in force',
  'cli.rebuild.pairs': 'A new copy goes to the sharing pairs of the view: {{pairs}}',
  'cli.board.pairs': 'Sharing pairs',
  'cli.board.line.pair': '{{name}}: {{state}}, {{rows}} rows, newest {{newest}} old',
  'cli.board.copy':
    'Read a copy:    any SQL client, {{host}}:{{port}}, database {{database}}, table {{table}}, user {{user}}, password in {{file}}',
  'cli.column.pair': 'PAIR',
  'cli.column.mode': 'MODE',
  'cli.column.rowsInCopy': 'ROWS IN COPY',
  'cli.column.newest': 'NEWEST CHANGE',
  'cli.column.faults': 'FAULTS',
};
