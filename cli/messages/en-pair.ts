/** English texts of sharing pairs on the bus: plan and apply of agreements, the reconciler, drift. */
import type { TextTable } from '../../bus/base/text.ts';

export const EN_PAIR: TextTable = {
  'cli.run.reconciler.description':
    'Keep topics, users, rights and deployments as the agreements say: bring about what is due, repair what was changed by hand.',
  'cli.run.reconciler.agreements': 'folder with organizations, catalogue and calendars',
  'cli.plan.copy.soFar': 'rows so far',
  'cli.plan.copy.emptied': 'emptied (scope.backfill is none)',
  'cli.plan.agreement.unknown':
    '{{name}} {{version}} was not submitted yet: civicbus submit agreement -f {{file}}',
  'cli.plan.agreement.differs':
    '{{name}} {{version}} is not the content that is {{state}} on this stack ({{hash}}): a change is a new version.',
  'cli.plan.agreement.waits': '{{name}} {{version}} is {{state}}: nothing of it is deployed.',
  'cli.plan.agreement.breaks': 'A sharing pair in force could no longer be delivered. {{why}}',
  'cli.plan.agreement.breaks.remedy':
    'Keep what it needs, or have a new version of the agreement filed that does without; it takes the pair over.',
  'cli.get.drift.description':
    'What was found on the bus other than agreed, and set back, the newest first.',
  'cli.get.drift.limit': 'show at most so many',
  'cli.get.drift.gateway': 'all of them',
  'cli.get.drift.empty': 'Nothing was ever found other than agreed.',
  'cli.column.found': 'FOUND',
};
