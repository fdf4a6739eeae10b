/** Codes of row predicates and masks: what a pair says when a row cannot be judged or masked. */
import type { CodeTable } from './code.ts';

export const PREDICATE_CODES = {
  PREDICATE_UNDECIDED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The row predicate has no answer for this row: {{columns}} cannot be judged.',
    cause:
      'A column is NULL where the predicate needs a value, for instance in row.a < 5 or row.a.startsWith(…). The row counts as out of the agreement.',
    remedy:
      'If such rows are normal, say in the agreement what is meant: has(row.a) && …, or row.a == null || …; otherwise ask the providing department to complete the row.',
  },
  MASK_VALUE_BROKEN: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'A value cannot be masked: it {{why}}.',
    cause: 'The value does not have the form of its declared type, so no mask can be exact on it.',
    remedy:
      'Ask the providing department to correct the row; the row leaves when its next change arrives.',
  },
  MASK_KEY_ABSENT: {
    reaction: 'stop',
    exit: 'notFound',
    message: 'There is no mask key for scope "{{scope}}" in {{folder}}.',
    cause:
      'A pair with an hmac-sha256 mask was never deployed with this key store, or its key was removed.',
    remedy:
      'Restore the key file from its backup: a new key would give everybody a new token. Only for a scope that never delivered: civicbus apply makes its key.',
  },
  MASK_KEY_BROKEN: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'The mask key for scope "{{scope}}" in {{folder}} is not 32 bytes in hexadecimal.',
    cause: 'The key file was edited or damaged.',
    remedy: 'Restore the key file from its backup: another key would give everybody a new token.',
  },
} as const satisfies CodeTable;
