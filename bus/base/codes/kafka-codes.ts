/** Codes of the kafka area. */
import type { CodeTable } from './code.ts';

export const KAFKA_CODES = {
  KAFKA_UNREACHABLE: {
    reaction: 'retry',
    exit: 'unreachable',
    message: 'Kafka did not answer while trying to {{what}}: {{why}}.',
    cause: 'No broker accepted the connection, or a broker went away before it answered.',
    remedy:
      'Check that the broker runs and that its address is right (civicbus dev status); a consumer goes on by itself as soon as a broker answers.',
  },
  KAFKA_NOT_AUTHENTICATED: {
    reaction: 'fix-input',
    exit: 'notPermitted',
    message: 'Kafka refused the user or password while trying to {{what}}.',
    cause: 'The user does not exist in Kafka, or its password is not the one in the secret file.',
    remedy:
      'Run civicbus apply -f PATH to create the user and write its secret again, then start again.',
  },
  KAFKA_NOT_AUTHORIZED: {
    reaction: 'fix-input',
    exit: 'notPermitted',
    message: 'Kafka does not let this user {{what}} ({{right}}).',
    cause: 'No allow rule of this user covers the topic, group or transactional id.',
    remedy:
      'If the agreement grants this, run civicbus apply -f PATH to set the rights again; if the right was revoked, stop this unit.',
  },
  KAFKA_TOPIC_ABSENT: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'Kafka has no topic for: {{what}}.',
    cause: 'The topic was never created or was deleted.',
    remedy: 'Run civicbus apply -f PATH, which creates the declared topics, and start again.',
  },
  KAFKA_TOPIC_REFUSED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Topic {{topic}} cannot be written in a transaction: it is {{why}}.',
    cause: 'The topic was deleted, or the right to write to it was never given or was taken away.',
    remedy:
      'If the agreement of this topic is in force, run civicbus apply -f PATH, which creates topics and rights; whatever does not need this topic goes on.',
  },
  KAFKA_FENCED: {
    reaction: 'retry',
    exit: 'failed',
    message: 'The transactional id {{id}} belongs to another producer now.',
    cause:
      'Another process took over the same work, or this one paused for longer than a transaction may last.',
    remedy:
      'Nothing has to be done: what this process had begun is undone, and it goes on when the work falls to it again.',
  },
  KAFKA_COMMIT_UNKNOWN: {
    reaction: 'retry',
    exit: 'unreachable',
    message: 'Whether the last transaction of {{id}} was committed is not known: {{why}}.',
    cause: 'The connection to Kafka ended between the commit and its answer.',
    remedy:
      'Nothing has to be done: the progress in Kafka is read again, and what it does not cover is done again.',
  },
  KAFKA_REFUSED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Kafka refused to {{what}}: {{why}}.',
    cause: 'The broker understood the request and rejected it.',
    remedy: 'Read the reason given by the broker and correct the setting it names.',
  },
  KAFKA_STALLED: {
    reaction: 'retry',
    exit: 'timedOut',
    message: 'The consumer of group {{group}} gave no sign of life for {{ms}} ms.',
    cause: 'The client library was stuck between two requests.',
    remedy:
      'Nothing has to be done: the consumer is built anew. Report it with the log if it happens again.',
  },
  KAFKA_CLIENT_CHANGED: {
    reaction: 'bug',
    exit: 'failed',
    message: 'The Kafka client library differs from the one civicbus corrects: {{what}}.',
    cause: 'kafkajs was updated, and a function that civicbus replaces is no longer the known one.',
    remedy:
      'Install the exact version in package-lock.json (npm ci); after an update read the function again and correct the patch beside its hash.',
  },
} as const satisfies CodeTable;
