/** Codes of shared views and their engine. Those with reaction 'stop' are also halt codes of a unit. */
import type { CodeTable } from './code.ts';

export const VIEW_CODES = {
  VIEW_TOPIC_ABSENT: {
    reaction: 'fix-input',
    exit: 'notFound',
    message:
      'View "{{view}}" reads topics that do not exist or that its user may not see: {{topics}}.',
    cause: 'The sources were not applied yet, or a read right is missing.',
    remedy: 'Run: civicbus apply -f connectors/ -f consumers/',
  },
  VIEW_TABLES_DIFFER: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The tables of view "{{view}}" differ from its declaration: {{difference}}.',
    cause: 'The declaration changed after the tables were made, or somebody altered a table.',
    remedy:
      'For a changed declaration: civicbus rebuild view {{view}}; else restore the declaration or the table.',
  },
  VIEW_TOPIC_REPLACED: {
    reaction: 'stop',
    exit: 'failed',
    message: 'Topic "{{topic}}" is not the one this view was built from: {{difference}}.',
    cause: 'The topic was recreated or repartitioned, or this is another cluster.',
    remedy:
      'If that was intended: civicbus rebuild view NAME; else point the consumer at the former cluster.',
  },
  VIEW_DATA_LOST: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'Partition {{partition}} of "{{topic}}" begins at offset {{start}}, but {{next}} was not applied yet.',
    cause: 'Records were removed by retention, or by hand, before this view had read them.',
    remedy:
      'Run `civicbus repair view NAME --unit UNIT`: the table is read again and what it no longer has is cleared. Find out why the view was behind.',
  },
  VIEW_TRUNCATED: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'The source truncated the table behind "{{topic}}" (partition {{partition}}, offset {{offset}}).',
    cause: 'TRUNCATE does not say which rows went and has no order against other partitions.',
    remedy:
      'Ask the department whether it was meant. If so: civicbus repair view NAME --unit UNIT, which reads the table again and clears what it no longer has.',
  },
  VIEW_DEAD_LETTERS_IN_A_ROW: {
    reaction: 'stop',
    exit: 'failed',
    message:
      '{{count}} records in a row of "{{topic}}" could not be read; the last reason was {{code}}.',
    cause: 'This is no single bad record: the producer or its schema changed.',
    remedy:
      'Compare the source with its declaration (civicbus doctor), then: civicbus resume view {{view}}',
  },
  VIEW_VALUE_REFUSED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Column "{{column}}" ({{type}}) was given a value that {{why}}.',
    cause: 'The source holds a value outside the type that the view declares.',
    remedy:
      'Have the department correct the row, or widen the type and rebuild the view; then: civicbus retry dead-letter --all',
  },
  VIEW_KEY_MISSING: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The record has no key.',
    cause:
      'The source table has no primary key, or something other than the connector wrote to the topic.',
    remedy: 'Give the table a primary key; find out who else may write to the topic.',
  },
  VIEW_KEY_OF_NULL: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Key column "{{column}}" is NULL.',
    cause: 'A primary key is never NULL; something other than the connector wrote to the topic.',
    remedy: 'Find out who else may write to the topic.',
  },
} as const satisfies CodeTable;
