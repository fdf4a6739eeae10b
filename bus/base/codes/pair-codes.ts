/** Codes of compiling and deploying sharing pairs. */
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
} as const satisfies CodeTable;
