/** English texts of looking at pairs: explain, preview, verify pair, resync --wait. */
import type { TextTable } from '../../bus/base/text.ts';

export const EN_PAIR_LOOK: TextTable = {
  'cli.argument.pair': 'name or id of the agreement of a deployed pair',
  'cli.pair.config': 'the subscriber.yaml of its copy; of the synthetic city known by itself',

  'cli.explain.description': 'Why something is as it is.',
  'cli.explain.row.description':
    'Why a row of the hub is delivered to a pair or not: part by part of its filter, field by field; never a value. For the parties and the authority.',
  'cli.explain.argument.key': 'key of the row on the hub, in the order of its key columns',
  'cli.explain.as': 'the organization that looks: a party of the agreement, or the authority',
  'cli.explain.key': 'a row of {{resource}} is named by: {{key}}',
  'cli.explain.notActive': 'Nothing is delivered now: the agreement is {{state}}.',
  'cli.explain.verdict.delivered': 'delivered',
  'cli.explain.verdict.not-delivered': 'not delivered; more is the provider’s to see',
  'cli.explain.verdict.not-there': 'not delivered: the hub has no such row',
  'cli.explain.verdict.not-visible': 'not delivered: the view does not show it',
  'cli.explain.verdict.out-of-rows': 'not delivered: outside of the agreed rows',
  'cli.explain.verdict.undecided':
    'not delivered: the filter has no answer, because a value it needs is empty',
  'cli.explain.verdict.mask-fault': 'not delivered: a mask cannot be put on its value',
  'cli.explain.clause.true': 'yes',
  'cli.explain.clause.false': 'no',
  'cli.explain.clause.undecided': 'no answer',
  'cli.explain.field.key': 'key',
  'cli.explain.field.empty': 'empty',
  'cli.explain.field.faulty': 'not of its type',
  'cli.explain.copy.equal': 'has the row as it should be',
  'cli.explain.copy.other': 'has another row: {{fields}} differ, or are on their way',
  'cli.explain.copy.absent': 'does not have the row',
  'cli.explain.copy.surplus': 'still has the row: frozen by agreement, or on its way out',
  'cli.explain.copy.unknown': 'not looked at',

  'cli.preview.description': 'See what would happen.',
  'cli.preview.agreement.description':
    'What an agreement would deliver, before anybody signs: its fields as they would leave, and how many rows are in its scope today.',
  'cli.preview.sample': 'show so many rows as they would leave, 20 at most; for the provider only',
  'cli.preview.as': 'the organization that looks; needed for --sample',
  'cli.preview.noResource': 'No view has the resource {{id}}.',
  'cli.preview.throwAway':
    'Tokens are made with a throw-away key: those that are delivered will be others.',

  'cli.verify.pair.description':
    'Is the copy of a pair exactly what is agreed, key by key, while everybody goes on writing? A daily copy is compared with the hub as it was at its cut. For those who run the gateway’s and the subscriber’s side.',
  'cli.verify.pair.faults':
    '{{count}} rows could not be judged by filter or masks, and are not delivered.',
  'cli.verify.pair.allowed':
    '{{count}} rows differ as the agreement allows: frozen in the copy, or older than it.',
  'cli.verify.pair.flow.late': 'The pair did not catch up within the limit.',
  'cli.verify.pair.flow.halted': 'Nothing is delivered now: the pair is held, or its copy stands.',

  'cli.resync.wait': 'wait until the new copy is written, and the subscriber has it',
  'cli.resync.written': 'copy {{generation}} is at the subscriber: {{rows}} rows',

  'cli.column.clause': 'PART OF THE FILTER',
  'cli.column.holds': 'HOLDS',
  'cli.column.empty': 'EMPTY',
  'cli.column.notes': 'NOTES',
  'cli.column.inScope': 'IN SCOPE',
  'cli.column.inCopy': 'IN COPY',
};
