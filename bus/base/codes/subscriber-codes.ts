/** Codes of the subscriber kit. Those with reaction 'stop' are also halt codes of a copy. */
import type { CodeTable } from './code.ts';

export const SUBSCRIBER_CODES = {
  SUBSCRIBER_TABLE_DIFFERS: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'Table "{{table}}" is not the one that the agreement delivers: {{differences}}.',
    cause:
      'The table was there before with other columns, somebody altered it, or a new version of the agreement changed a type or the key.',
    remedy:
      'Alter or rename that table; a missing one is made by itself. Then start the subscriber again; ask the provider for a resync where the table was emptied.',
  },
  SUBSCRIBER_NOT_PINNED: {
    reaction: 'stop',
    exit: 'rejected',
    message:
      'What arrives was compiled from agreement content {{found}}, the configuration expects {{expected}}.',
    cause: 'Another version of the agreement came into force than the one named in the file.',
    remedy:
      'Compare the two versions with the authority that filed them; if the new one is meant, write its content hash into the file and start again.',
  },
  SUBSCRIBER_FOREIGN_RECORD: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'Record {{offset}} of partition {{partition}} cannot be what the gateway sent: {{why}}.',
    cause: 'Something other than the gateway wrote to the topic, or the gateway is wrong.',
    remedy:
      'Nothing of it was applied. Report it to the operator of the bus with partition and offset.',
  },
  SUBSCRIBER_MODE_DIFFERS: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'The agreement delivers daily, the configuration says "delivery: realtime".',
    cause: 'The topic brought a cut-off, which only daily agreements have.',
    remedy: 'Write "delivery: daily" into the configuration and start the subscriber again.',
  },
  SUBSCRIBER_COPY_MISMATCH: {
    reaction: 'stop',
    exit: 'failed',
    message: 'What arrived is not what the gateway says it sent ({{what}}): {{difference}}.',
    cause: 'Records were lost, doubled or changed on the way.',
    remedy:
      'The former data is kept as it was. Ask the operator of the bus for a resync of this agreement; the new copy is taken by itself.',
  },
  SUBSCRIBER_RECORDS_LOST: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'Partition {{partition}} of "{{topic}}" no longer holds what was to be read next: {{why}}.',
    cause:
      'The subscriber was away longer than the topic keeps records, or the topic was recreated.',
    remedy:
      'The former data is kept as it was. Ask the operator of the bus for a resync of this agreement; the new copy is taken by itself.',
  },
  SUBSCRIBER_NO_ACCESS: {
    reaction: 'retry',
    exit: 'notPermitted',
    message: 'The bus does not let this subscriber read agreement {{agreement}}: {{why}}',
    cause:
      'The agreement is suspended, not active yet or has ended, or user or password are not the right ones.',
    remedy:
      'It is tried again every {{seconds}} s by itself. Ask the operator of the bus for the state of the agreement; compare user and password file with what was handed out.',
  },
  SUBSCRIBER_RECEIPT_INVALID: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'A record of "{{topic}}" (offset {{offset}}) is no receipt: {{why}}.',
    cause: 'A subscriber that is not the kit, or another version of it, wrote there.',
    remedy: 'Ask the subscriber which program writes its receipts.',
  },
} as const satisfies CodeTable;
