/** Codes of sweeps, rebuilds and the retry of records that were set aside. */
import type { CodeTable } from './code.ts';

export const SWEEP_CODES = {
  SWEEP_REREAD_FAILED: {
    reaction: 'retry',
    exit: 'failed',
    message: 'Table {{table}} of source {{source}} could not be read again: {{why}}.',
    cause: 'The capture refused or gave up the snapshot that was asked for, several times.',
    remedy:
      'Look at the connector (civicbus describe connector {{source}}) and at the rights of its user, then repeat the command: it goes on where it stopped. Nothing was cleared.',
  },
  SWEEP_UNIT_UNKNOWN: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'View "{{view}}" has no unit "{{unit}}"; it has: {{known}}.',
    cause: 'A unit is one block of a view; the name is that of the block.',
    remedy: 'Name one of the units listed.',
  },
  SWEEP_UNIT_HALTED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Unit {{unit}} is halted ({{code}}), so rows that are read again are not applied.',
    cause: 'A halted unit applies nothing until somebody has looked at its cause.',
    remedy:
      'Read the cause with `civicbus describe view`; accept it with `civicbus repair view NAME --unit UNIT`, or correct it and run `civicbus resume view`. The sweep goes on from there when it is asked for again.',
  },
  SWEEP_NOT_CLAIMED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Unit {{unit}} has never read its topic {{topic}}.',
    cause: 'No consumer of the view has run since the unit was declared.',
    remedy: 'Start the consumer (civicbus run view) and repeat the command.',
  },
  SWEEP_TOPIC_CHANGED: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'Topic {{topic}} is not the one that unit {{unit}} has read: {{difference}}.',
    cause: 'The topic was recreated or repartitioned; versions of its rows say nothing any more.',
    remedy: 'Rebuild the view.',
  },
  SWEEP_LETTERS: {
    reaction: 'fix-input',
    exit: 'rejected',
    message:
      '{{letters}} record(s) of unit {{unit}} that were read again could not be applied; nothing was cleared.',
    cause: 'A row that could not be applied looks like one that is gone.',
    remedy:
      'List them with `civicbus get dead-letters`, have the rows corrected or the declaration widened, run `civicbus retry dead-letter --all`, and repeat the command: it goes on from there.',
  },
  SWEEP_NOTHING_TO_ACCEPT: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'What halted unit {{unit}} cannot be accepted: {{state}}.',
    cause: 'The topic is another one: no row of it can be compared with those that were applied.',
    remedy: 'Rebuild the view (civicbus rebuild view), if the topic was replaced on purpose.',
  },
  RETRY_NO_LETTER: {
    reaction: 'fix-input',
    exit: 'notFound',
    message:
      'Unit {{unit}} has no open dead letter at {{topic}} partition {{partition}} offset {{offset}}.',
    cause: 'It was resolved before, or the place is another one.',
    remedy: 'List the open ones: civicbus get dead-letters',
  },
  VIEW_REBUILDING: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'View {{view}} was rebuilt by another declaration; its consumers still have the former.',
    cause: 'The tables are new; a consumer of the former declaration would fill them wrongly.',
    remedy: 'Start the consumers again, then: civicbus resume view {{view}}',
  },
  REBUILD_UNIT_HALTED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The new filling stopped at unit {{unit}} ({{code}}): {{detail}}',
    cause: 'What the source holds does not fit the declaration; the view itself is as it was.',
    remedy: 'Correct the declaration or the source and run the rebuild again.',
  },
  REBUILD_NOT_APPLIED: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'View "{{view}}" was not applied to this stack; there is nothing to rebuild.',
    cause: 'Its database or tables are not there.',
    remedy: 'Run: civicbus apply -f connectors/ -f consumers/',
  },
  REBUILD_GENERATIONS_USED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'View {{view}} was rebuilt 255 times; its versions have no room for more.',
    cause: 'A version has eight bits for the generation.',
    remedy: 'Declare the view with a new database, apply it, and drop the old one.',
  },
} as const satisfies CodeTable;
