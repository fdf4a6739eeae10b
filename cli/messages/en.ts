/** English texts of the command line. Other languages are tables with the same keys. */
import type { TextTable } from '../../bus/base/text.ts';
import { EN_AGREEMENT } from './en-agreement.ts';
import { EN_AUDIT } from './en-audit.ts';
import { EN_CITY } from './en-city.ts';
import { EN_COLUMNS } from './en-columns.ts';
import { EN_DOCTOR } from './en-doctor.ts';
import { EN_GATEWAY } from './en-gateway.ts';
import { EN_HELP } from './en-help.ts';
import { EN_PAIR } from './en-pair.ts';
import { EN_PAIR_LOOK } from './en-pair-look.ts';
import { EN_LIFECYCLE } from './en-lifecycle.ts';
import { EN_SWEEP } from './en-sweep.ts';

export const CLI_TEXTS: TextTable = {
  ...EN_HELP,
  ...EN_AGREEMENT,
  ...EN_AUDIT,
  ...EN_CITY,
  ...EN_COLUMNS,
  ...EN_DOCTOR,
  ...EN_GATEWAY,
  ...EN_PAIR,
  ...EN_PAIR_LOOK,
  ...EN_LIFECYCLE,
  ...EN_SWEEP,
  'cli.error': 'error:',
  'cli.problem.positive': 'A number above 0 is expected.',
  'cli.problem.whole': 'A whole number is expected, 0 or above.',
  'cli.problem.kind': 'Neither "kind: Source" nor "kind: View" stands in this file.',
  'cli.problem.uncaptured':
    'Table {{database}}.{{table}} of source "{{source}}" is neither declared here nor captured yet; apply its source too.',

  'cli.plan.where': 'the plan',
  'cli.plan.empty': 'Nothing to change: the stack is as declared.',
  'cli.plan.unset': '(not set)',
  'cli.plan.summary': 'Plan: {{create}} to create, {{change}} to change, {{delete}} to delete.',
  'cli.plan.kept':
    '{{kind}} {{name}} is declared by nobody any more and is kept; --prune deletes it.',
  'cli.apply.done.create': '+ {{kind}} {{name}}',
  'cli.apply.done.change': '~ {{kind}} {{name}}',
  'cli.apply.done.delete': '- {{kind}} {{name}}',
  'cli.apply.summary': 'Applied: {{create}} created, {{change}} changed, {{delete}} deleted.',
  'cli.apply.next': 'next: civicbus lag',

  'cli.next.apply': 'next: civicbus apply -f connectors/ -f consumers/',
  'cli.next.describe': 'next: civicbus describe {{kind}} {{name}}',
  'cli.next.lag': 'next: civicbus lag {{name}}',
  'cli.next.run': 'next: civicbus run view {{view}}   (some partitions were never read)',
  'cli.next.resume': 'When the cause is removed: civicbus resume view {{view}}',
  'cli.next.halted':
    'next: civicbus describe view {{view}}   (why it halted); then: civicbus resume view {{view}}',
  'cli.next.deadLetters': 'next: civicbus get dead-letters',

  'cli.empty.connectors': 'No connector yet: no source was applied to this stack.',
  'cli.empty.services': 'No service: nothing was started in this folder.',
  'cli.empty.topics': 'No topic yet: no source was applied to this stack.',
  'cli.empty.views': 'No view is declared in consumers/.',
  'cli.empty.deadLetters': 'No dead letter: every record that was read could be applied.',

  'cli.empty.conflicts': 'No conflict: where several departments have an item, they agree.',

  'cli.empty.history': 'No change of a row with this key is on record.',
  'cli.history.op.c': 'created',
  'cli.history.op.u': 'changed',
  'cli.history.op.d': 'deleted',
  'cli.history.op.r': 'read by a snapshot',
  'cli.history.op.s': 'swept: no longer at the source',

  'cli.get.conflicts.more': 'Only {{shown}} of {{found}} are shown; see --limit.',
  'cli.get.conflicts.count': '{{open}} open.',
  'cli.conflict.open': 'open for {{age}}',
  'cli.conflict.resolved': 'resolved {{at}}',
  'cli.get.connectors.broken': '{{count}} of {{all}} failed.',
  'cli.get.dead-letters.next':
    'Correct the cause (the row, or the declaration), then: civicbus retry dead-letter --all',

  'cli.lag.state.halted': 'HALTED',
  'cli.lag.state.data-lost': 'DATA LOST',
  'cli.lag.state.unclaimed': 'NEVER READ',
  'cli.lag.state.incomplete': 'INCOMPLETE',
  'cli.lag.state.behind': 'BEHIND',
  'cli.lag.state.caught-up': 'CAUGHT UP',
  'cli.lag.state.not-applied': 'NOT APPLIED',
  'cli.lag.notApplied':
    'View "{{view}}" was not applied to this stack: civicbus apply -f consumers/',
  'cli.lag.deadSource':
    'Source "{{source}}" is not captured now (connector {{state}}): its changes do not reach the bus, so the figures of its units do not show how old they are. See: civicbus get connectors',

  'cli.describe.connector.next':
    'A trace may quote rows: do not pass it on unread. After correcting the cause: civicbus apply -f connectors/',
  'cli.describe.view.unit':
    '{{state}}: {{inView}} rows of {{atSource}} in {{table}} ({{authority}}), {{waiting}} wait (oldest {{oldest}}), {{dead}} dead letters',

  'cli.resume.none': 'No unit of view "{{view}}" is halted.',

  'cli.verify.equal.true': 'EQUAL',
  'cli.verify.equal.false': 'DIFFERENT',
  'cli.verify.summary': '{{rows}} rows compared in {{seconds}} s ({{perSecond}} rows/s).',
  'cli.verify.entities':
    '{{there}} entities; {{stubs}} that others speak of have no identity yet, {{orphans}} have none any more.',
  'cli.verify.flow.late':
    'Unit {{unit}} did not catch up with its source within the limit, so its differences could not be decided. See: civicbus lag',
  'cli.verify.flow.halted':
    'Unit {{unit}} is halted, so its differences could not be decided. See: civicbus get views',
  'cli.verify.undecided':
    '{{count}} keys of unit {{unit}} differed at every reading, but kept changing or waited.',
  'cli.verify.cut': 'Unit {{unit}}: comparing stopped at the limit; more rows may differ.',

  'cli.repair.begins': '{{unit}}: {{count}} differing rows are mended …',
  'cli.repair.state': '{{unit}}: sweep {{state}}',

  'cli.service.absent': 'absent',
  'cli.service.preparing': 'preparing',
  'cli.service.starting': 'starting',
  'cli.service.healthy': 'healthy',
  'cli.service.restarting': 'restarting',
  'cli.service.failed': 'FAILED',
  'cli.service.stopped': 'stopped',

  'cli.dev.up.done': 'The services run, kept alive by pid {{pid}}.',
  'cli.dev.up.next':
    'next: civicbus apply -f connectors/ -f consumers/   (npm start does this and more)',
  'cli.dev.down.done': 'Nothing runs in {{home}} any more; its data is kept.',
  'cli.dev.status.ill': '{{count}} of {{all}} are not healthy.',
  'cli.dev.status.next': 'next: civicbus dev logs {{name}}',

  'cli.start.services': 'Services are healthy after {{seconds}} s.',
  'cli.start.departments':
    '{{persons}} persons live in the city ({{rows}} rows written now), {{seconds}} s.',
  'cli.start.applied': 'Sources and views are applied ({{steps}} changes), {{seconds}} s.',
  'cli.start.captured': 'Views captured for sharing pairs ({{steps}} changes), {{seconds}} s.',
  'cli.start.snapshot': 'Every block of every view holds what its source holds, {{seconds}} s.',
  'cli.start.live': 'Live after {{seconds}} s.',
  'cli.start.awaited': 'view "{{view}}" to hold every row of its sources',
  'cli.start.stopping': 'Stopping everything; the data is kept …',
  'cli.start.stopped': 'Stopped. Nothing is left running.',
  'cli.start.detaching': 'Starting in the background; its messages go to {{logFile}}',
  'cli.start.detached': 'Live, kept up by pid {{pid}}. Stop it with: npm run stop',
  'cli.start.detachedAwaited': 'the background process to be live',

  'cli.board.title': 'civicbus · live for {{up}} · {{home}} · Ctrl-C stops everything',
  'cli.board.view': 'View {{name}}: {{visible}} visible rows, {{rate}} records/s applied',
  'cli.board.workload':
    'Departments at work: {{transactions}} transactions/s, {{rows}} rows/s committed',
  'cli.board.noWorkload': 'Departments at rest: no workload runs.',
  'cli.board.unread': 'not readable at this moment: {{why}}',
  'cli.board.further': 'Look further:   {{command}}',
  'cli.board.hub':
    'Read the view:  any SQL client, {{host}}:{{port}}, database hub_population, table person, user {{user}}, password in {{file}}',
  'cli.board.department':
    'Change data:    any SQL client, {{host}}:{{port}}, database {{database}}, user {{user}}, password in {{file}}',
  'cli.board.line.connectors': 'connectors {{running}}/{{all}} running',
  'cli.board.line.view':
    'view {{name}}: {{visible}} visible, rows {{inView}} of {{atSource}}, waiting {{waiting}} ({{oldest}}), {{rate}} records/s, dead letters {{dead}}, halted {{halted}}',
  'cli.board.line.ill': 'NOT HEALTHY: {{names}}',
};
