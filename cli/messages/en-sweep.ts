/** Texts of sweeps, rebuilds and the retry of records, in English. */
import type { TextTable } from '../../bus/base/text.ts';

export const EN_SWEEP: TextTable = {
  'cli.column.begun': 'BEGUN (UTC)',
  'cli.column.generation': 'GENERATION',
  'cli.column.seconds': 'SECONDS',

  'cli.empty.sweeps': 'No sweep: nothing was truncated, lost or repaired.',
  'cli.empty.openLetters': 'No open dead letter.',

  'cli.get.sweeps.description':
    'Sweeps of views: which causes wait for a decision, how far each sweep is, how many rows it cleared.',
  'cli.get.sweeps.wanted':
    'A truncated table waits for somebody to decide. Ask the department; then: civicbus repair view NAME --unit UNIT',
  'cli.sweep.whole.true': 'all',
  'cli.sweep.whole.false': 'some keys',
  'cli.sweep.state.wanted': 'WANTED',
  'cli.sweep.state.noted': 'READING',
  'cli.sweep.state.read': 'APPLYING',
  'cli.sweep.state.applied': 'CLEARING',
  'cli.sweep.state.done': 'DONE',
  'cli.sweep.state.abandoned': 'ABANDONED',

  'cli.letter.open': 'OPEN',
  'cli.letter.resolved': 'RESOLVED',
  'cli.letter.lost': 'LOST',

  'cli.retry.description': 'Try again what could not be done.',
  'cli.retry.dead-letter.description':
    'Read records again that were set aside and apply them under their old place: where something newer was applied they change nothing. A record that is still bad stays set aside, with the reason of today.',
  'cli.retry.unit': 'a unit, e.g. population/identity',
  'cli.retry.partition': 'number of the partition',
  'cli.retry.offset': 'offset of the record',
  'cli.retry.all': 'all open ones, of the unit if one is named',
  'cli.retry.usage':
    'name UNIT TOPIC PARTITION OFFSET of one record, or give --all (with a UNIT or without)',
  'cli.retry.open':
    '{{open}} are still bad: have the rows corrected at their department, or widen the declaration and rebuild the view.',

  'cli.rebuild.description': 'Make something anew from its sources.',
  'cli.rebuild.view.description':
    'Fill a view anew beside itself, from every source’s rows and the changes since, and exchange the tables in one step. For a changed declaration and for a topic that was replaced. Readers and consumers go on meanwhile.',
  'cli.rebuild.state': '{{view}}: {{state}} …',
  'cli.rebuild.held':
    'The declaration changed: start the consumers of {{name}} again, then: civicbus resume view {{name}}',
};
