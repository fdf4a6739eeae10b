/** Codes of the gateway and the records of pair topics. */
import type { CodeTable } from './code.ts';

export const GATEWAY_CODES = {
  PAIR_RECORD_BROKEN: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The record of the pair topic cannot be read: {{why}}.',
    cause: 'Something other than the gateway wrote to this topic, or its bytes were damaged.',
    remedy:
      'Find who else may write to the topic (civicbus plan -f agreements/ shows foreign rights), then ask for a new copy with civicbus resync agreement ID --reason TEXT.',
  },
  GATEWAY_TRUNCATED: {
    reaction: 'stop',
    exit: 'failed',
    message: 'A table behind {{topic}} was emptied at the hub as a whole.',
    cause:
      'Somebody truncated a table of a shared view; the change does not say which rows it held.',
    remedy:
      'Repair the view (civicbus repair view NAME), then ask for a new copy of each pair of this view with civicbus resync agreement ID --reason TEXT.',
  },
  GATEWAY_LOG_LOST: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'Partition {{partition}} of {{topic}} cannot be read where the gateway stands: {{fault}}.',
    cause: 'Records were deleted before they were delivered, or the topic was made anew.',
    remedy:
      'Ask for a new copy of the pairs of this view with civicbus resync agreement ID --reason TEXT.',
  },
  GATEWAY_PROGRESS_UNREADABLE: {
    reaction: 'retry',
    exit: 'unreachable',
    message: 'Partition {{partition}} of {{topic}} cannot be read: {{fault}}.',
    cause: 'The gateway’s own topics or rights are not there yet, or were taken away.',
    remedy: 'Run civicbus apply -f agreements/, which makes them.',
  },
  GATEWAY_VIEW_ABSENT: {
    reaction: 'retry',
    exit: 'unreachable',
    message: 'Table {{table}} of the view {{view}} cannot be read at the hub: {{why}}.',
    cause:
      'An agreement about this view is in force, and the view was not applied yet, or was removed, or the catalogue lacks it.',
    remedy:
      'Apply the view with civicbus apply -f consumers/ and see that the catalogue names the resource. The gateway asks again by itself and need not be started anew.',
  },
} as const satisfies CodeTable;
