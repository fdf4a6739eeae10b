/** Codes of the producers: the departments' synthetic systems. */
import type { CodeTable } from './code.ts';

export const PRODUCER_CODES = {
  PRODUCER_DATABASE_NAME: {
    reaction: 'fix-input',
    exit: 'usage',
    message:
      'The database name "{{name}}" is not usable; expected a lower-case letter, then up to 50 letters, digits or underscores.',
    cause: 'The name becomes part of user names and of topic names.',
    remedy: 'Choose a name of that form.',
  },
  PRODUCER_DATABASE_MISSING: {
    reaction: 'fix-input',
    exit: 'usage',
    message: 'No database was given for the department "{{department}}".',
    cause: 'Every department of a city run writes into a database of its own.',
    remedy: 'Give a database for each department, or leave the department out of the run.',
  },
  PRODUCER_NOT_REFUSED: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'The server of department "{{department}}" accepted a value in step "{{step}}" that it must refuse; the transaction was rolled back.',
    cause: 'The sql_mode of the session lacks STRICT_ALL_TABLES or NO_ZERO_DATE.',
    remedy: 'Restore these modes for the department application and start the workload again.',
  },
  PRODUCER_STEP_FAILED: {
    reaction: 'stop',
    exit: 'failed',
    message: 'Step "{{step}}" of department "{{department}}" failed with {{code}}.',
    cause:
      'The statement failed for a reason that waiting does not cure: a missing right, a changed table or a wrong statement.',
    remedy:
      'Look at the cause in the log; install the department again if a table or right is missing.',
  },
  PRODUCER_COMMIT_LOST: {
    reaction: 'retry',
    exit: 'unreachable',
    message: 'A COMMIT of the writing session "{{session}}" was lost and rolled back.',
    cause: 'The connection broke before the server had committed; reading the session proved it.',
    remedy: 'Nothing to do: the transaction is repeated.',
  },
  PRODUCER_SESSION_TAKEN: {
    reaction: 'stop',
    exit: 'rejected',
    message:
      'The writing session "{{session}}" did not stand at {{expected}}; somebody else writes in its name.',
    cause: 'Two processes load or write with the same session name.',
    remedy: 'Stop the other process and start again.',
  },
} as const satisfies CodeTable;
