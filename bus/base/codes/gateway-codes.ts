/** Codes of the gateway and the records of pair topics. */
import type { CodeTable } from './code.ts';

export const GATEWAY_CODES = {
  PAIR_RECORD_BROKEN: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The record of the pair topic cannot be read: {{why}}.',
    cause: 'Something other than the gateway wrote to this topic, or its bytes were damaged.',
    remedy:
      'Find who else may write to the topic (civicbus plan -f agreements/ shows foreign rights), then ask for a new copy with civicbus resync agreement ID.',
  },
} as const satisfies CodeTable;
