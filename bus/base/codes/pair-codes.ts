/** Codes of compiling, deploying and looking at sharing pairs. */
import type { CodeTable } from './code.ts';

export const PAIR_CODES = {
  PAIR_RECEIPT_REFUSED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The purge receipt of agreement {{id}} does not count: {{why}}.',
    cause:
      'The receipt was signed by another organization or with an unknown key, or speaks of other content than the one that ended.',
    remedy:
      'Have the subscriber run its kit with its own key file; the receipt that it hands in then closes the agreement by itself.',
  },
  PAIR_LOOK_REFUSED: {
    reaction: 'fix-input',
    exit: 'notPermitted',
    message: 'This look at "{{pair}}" is not for {{org}}; it is for: {{able}}.',
    cause:
      'What an agreement delivers, and why, is the business of its parties and of the authority only; samples are the provider’s.',
    remedy: 'Say who looks, with that organization’s own key: --as ORGANIZATION, or --key FILE.',
  },
  PAIR_NOT_EQUAL: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'The copy of "{{pair}}" differs from what is agreed in {{differing}} of {{rows}} rows.',
    cause:
      'These rows stayed different after everything that the hub had committed was sent and applied: somebody altered the copy, or it lacks what was sent.',
    remedy:
      'Find out who can write to the copy, then have it sent anew: civicbus resync agreement {{pair}} --reason "…"',
  },
  PAIR_UNDECIDED: {
    reaction: 'retry',
    exit: 'timedOut',
    message: '{{count}} rows of the copy of "{{pair}}" could not be decided within the limit.',
    cause:
      'The pair is behind or held, its subscriber stands still, or they changed at every reading.',
    remedy:
      'See civicbus get agreements and the subscriber’s log; then verify again, with a longer --timeout.',
  },
  PAIR_CUT_GONE: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'What the hub held at the last cut of "{{pair}}" is not known any more: {{why}}.',
    cause:
      'A daily copy is as of its cut; what changed since is taken back with the view’s topic, which keeps changes for some days only.',
    remedy:
      'Verify again after the next cut; with a copy that is days behind, see its subscriber first.',
  },
  PAIR_COPY_ABSENT: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'There is no copy of "{{pair}}" to look at: {{why}}.',
    cause:
      'The subscriber’s database is read with its own configuration, and no whole copy of this version stands there.',
    remedy:
      'Name the subscriber’s file with --config subscriber.yaml, and wait until its first copy is there.',
  },
} as const satisfies CodeTable;
