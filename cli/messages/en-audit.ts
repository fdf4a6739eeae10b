/** English of the audit archive. */
import type { TextTable } from '../../bus/base/text.ts';

export const EN_AUDIT: TextTable = {
  'cli.audit.description': 'What was delivered, and whether its archive is what was written.',
  'cli.audit.verify.description':
    'Work out the archive’s chain and signatures anew, and compare it with the topic as far as that is still there.',
  'cli.audit.verify.from': 'begin with this file of the archive (default: the first)',
  'cli.audit.verify.whole': 'as written',
  'cli.audit.verify.line': 'line {{line}}: {{why}}',
  'cli.audit.verify.empty': 'Nothing was delivered yet.',
  'cli.audit.verify.compared':
    '{{compared}} records compared with the topic; {{older}} are no longer in it.',
  'cli.audit.verify.unsigned': '{{count}} records stand after the last signed head.',
  'cli.audit.verify.waiting': '{{count}} records wait to be archived.',
  'cli.audit.list.description':
    'What left for one pair: by day, or every transaction of one day. Counts and hashes, no values.',
  'cli.audit.list.agreement': 'name or id of the agreement',
  'cli.audit.list.day': 'only this day (UTC), every transaction',
  'cli.audit.list.empty': 'Nothing of it is in the archive.',
  'cli.problem.day': 'A day is expected, such as 2026-11-22.',
  'cli.run.gateway.archiveLag':
    'deliver nothing once deliveries wait so long to be archived (default: 600)',

  'cli.column.content': 'CONTENT HASH',
  'cli.column.day': 'DAY (UTC)',
  'cli.column.deletes': 'DELETES',
  'cli.column.file': 'FILE',
  'cli.column.from': 'FROM',
  'cli.column.keySet': 'KEY SET HASH',
  'cli.column.lines': 'LINES',
  'cli.column.range': 'RANGE',
  'cli.column.to': 'TO',
  'cli.column.transactions': 'TRANSACTIONS',
  'cli.column.upserts': 'UPSERTS',
};
