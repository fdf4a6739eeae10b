/** Codes that belong to no single part of the bus. */
import type { CodeTable } from './code.ts';

export const BASE_CODES = {
  BUS_BUG: {
    reaction: 'bug',
    exit: 'failed',
    message: 'This should not happen: {{what}}',
    cause: 'A check inside civicbus failed.',
    remedy:
      'Keep the log and report it with the exact command; nothing was changed after the failed check.',
  },
  BUS_PROBLEMS: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: '{{count}} problem(s) in {{where}}; nothing was changed.',
    cause: 'The input was read whole and everything wrong with it was collected.',
    remedy: 'Correct every line listed and run the command again.',
  },
  BUS_TIMEOUT: {
    reaction: 'retry',
    exit: 'timedOut',
    message: 'Waited {{ms}} ms for {{what}}; last seen: {{seen}}.',
    cause: 'The awaited state was not reached within the limit.',
    remedy: 'Look at the named service (civicbus doctor), or allow more time with --timeout.',
  },
  BUS_ABORTED: {
    reaction: 'retry',
    exit: 'interrupted',
    message: 'Stopped on request.',
    cause: 'The process was asked to end.',
    remedy: 'Start it again when wanted; nothing half-done was left behind.',
  },
  BUS_FILE_UNREADABLE: {
    reaction: 'fix-input',
    exit: 'usage',
    message: 'Cannot read {{file}}: {{why}}.',
    cause: 'The file is absent, is not a regular file, or its rights forbid reading.',
    remedy: 'Check the path and the rights of the file.',
  },
  BUS_SECRET_EXPOSED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Secret file {{file}} has mode {{mode}}; expected 0600.',
    cause: 'Others on this machine could read the secret.',
    remedy: 'chmod 600 {{file}}, and change the secret if others could have read it.',
  },
} as const satisfies CodeTable;
