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
} as const satisfies CodeTable;
