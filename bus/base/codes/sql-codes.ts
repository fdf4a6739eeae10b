/** Codes of the SQL port. Texts name the server's number for the fault, never its text: that can hold a row's values. */
import type { CodeTable } from './code.ts';

export const SQL_CODES = {
  SQL_DEADLOCK: {
    reaction: 'retry',
    exit: 'failed',
    message: 'The server chose this transaction as the victim of a deadlock (error {{errno}}).',
    cause: 'Two transactions locked the same rows in different orders.',
    remedy:
      'The transaction is repeated by itself; if this persists, look for other writers on these tables.',
  },
  SQL_LOCK_TIMEOUT: {
    reaction: 'retry',
    exit: 'failed',
    message: 'Waited too long for a row lock (error {{errno}}).',
    cause: 'Another transaction holds the rows.',
    remedy:
      'The transaction is repeated by itself; find the holder with SHOW ENGINE INNODB STATUS.',
  },
  SQL_CONNECTION_LOST: {
    reaction: 'retry',
    exit: 'unreachable',
    message: 'No connection to the database at {{address}} ({{what}}).',
    cause: 'The server is down, restarting or not reachable from here.',
    remedy:
      'Check that the server runs (civicbus dev status); work resumes by itself when it is back.',
  },
  SQL_COMMIT_UNKNOWN: {
    reaction: 'retry',
    exit: 'unreachable',
    message: 'COMMIT was sent to {{address}} and its answer never came ({{what}}).',
    cause: 'The connection broke between the commit and its answer.',
    remedy: 'The outcome is read from the database before anything is repeated; nothing to do.',
  },
  SQL_DUPLICATE: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'A row with this key exists already (error {{errno}}).',
    cause: 'A primary or unique key was inserted twice.',
    remedy:
      'Look for a second writer, or a table with a UNIQUE key that a view table must not have.',
  },
  SQL_ACCESS_DENIED: {
    reaction: 'stop',
    exit: 'notPermitted',
    message: 'The database user "{{user}}" may not do this at {{address}} (error {{errno}}).',
    cause: 'Wrong password, or a right is missing.',
    remedy: 'Check the password file and the grants of this user.',
  },
  SQL_DISK_FULL: {
    reaction: 'retry',
    exit: 'failed',
    message: 'The database at {{address}} has no room to write (error {{errno}}).',
    cause: 'The disk of its data folder is full.',
    remedy: 'Free room on that disk; the transaction was rolled back and is repeated by itself.',
  },
  SQL_READ_ONLY: {
    reaction: 'retry',
    exit: 'failed',
    message: 'The database at {{address}} is read-only now (error {{errno}}).',
    cause: 'The server is starting, is a replica, or was set read-only by its operator.',
    remedy: 'Point the bus at the primary, or end the maintenance; work resumes by itself.',
  },
  SQL_BAD_VALUE: {
    reaction: 'stop',
    exit: 'failed',
    message: 'The server refused a value for its column (error {{errno}}).',
    cause: 'The table differs from the declaration it was made from.',
    remedy:
      'Compare the table with its declaration (civicbus doctor), then apply the declaration again.',
  },
  SQL_MIGRATED_NEWER: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Database "{{database}}" was migrated by a newer civicbus ({{names}}).',
    cause: 'This version does not know those migrations and could damage what they made.',
    remedy: 'Install the newer version here too, or restore a backup from before the update.',
  },
  SQL_FAILED: {
    reaction: 'stop',
    exit: 'failed',
    message: 'The database at {{address}} refused a statement (error {{errno}}, state {{state}}).',
    cause: 'The statement does not fit the tables as they are now.',
    remedy: 'Run civicbus doctor; keep the log, which names the statement without its values.',
  },
} as const satisfies CodeTable;
