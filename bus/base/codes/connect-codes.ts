/** Codes of the connect area. */
import type { CodeTable } from './code.ts';

export const CONNECT_CODES = {
  CONNECT_UNREACHABLE: {
    reaction: 'retry',
    exit: 'unreachable',
    message: 'Kafka Connect did not answer while trying to {{what}}: {{why}}.',
    cause: 'No worker listens at the address, or it did not answer within the limit.',
    remedy:
      'Check that the worker runs (civicbus dev status) and read its log (civicbus dev logs connect).',
  },
  CONNECT_UNAUTHORIZED: {
    reaction: 'fix-input',
    exit: 'notPermitted',
    message: 'Kafka Connect refused the user or password while trying to {{what}}.',
    cause: 'The REST password of the worker is not the one in the secret file.',
    remedy: 'Restart the stack so that worker and secret file agree again.',
  },
  CONNECT_REBALANCING: {
    reaction: 'retry',
    exit: 'timedOut',
    message: 'Kafka Connect was still rebalancing after {{ms}} ms while trying to {{what}}.',
    cause: 'Workers or connectors came or went, and the worker group had not settled.',
    remedy: 'Try again; if it lasts for minutes, read the log of the worker.',
  },
  CONNECT_REFUSED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Kafka Connect refused to {{what}} (HTTP {{status}}): {{why}}.',
    cause: 'The worker understood the request and rejected it.',
    remedy: 'Read the reason given by the worker and correct the setting it names.',
  },
  CONNECT_NO_CONNECTOR: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'Kafka Connect has no connector named {{name}}.',
    cause: 'The connector was never created or was deleted.',
    remedy: 'List the connectors (civicbus get connectors) and check the name.',
  },
} as const satisfies CodeTable;
