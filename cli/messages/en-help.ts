/** Help texts, in English. */
import type { TextTable } from '../../bus/base/text.ts';

export const EN_HELP: TextTable = {
  'cli.description':
    'Departments’ databases in, exact shared views out. Data goes to standard output, messages to standard error.',
  'cli.examples': 'Examples:',
  'cli.exitCodes':
    'Exit codes: 0 ok, 1 failed, 2 usage, 3 changes pending, 4 no permission, 5 not found, 6 rejected, 7 unreachable, 8 timed out, 130 interrupted. Every error names its code; docs/errors.md explains all of them.',

  'cli.global.output': 'what standard output is: a table for people, or one JSON object',
  'cli.global.stack':
    'folder of the stack (data, logs, endpoints.json); default .civicbus/dev of the project',
  'cli.global.timeout': 'how long to wait, where the command waits',
  'cli.global.color': 'no colours (also NO_COLOR)',
  'cli.global.quiet': 'no hints on standard error',
  'cli.global.debug': 'with stack traces and the logs of clients',
  'cli.global.lang': 'language of texts; names and states in JSON stay English',
  'cli.global.help': 'this help',
  'cli.global.version': 'the version of civicbus',

  'cli.argument.view': 'name of a view, as its declaration says it',
  'cli.argument.connector': 'name of a connector or of its source',
  'cli.argument.topic': 'name of a topic',
  'cli.argument.service': 'a service or program listed by `civicbus dev status`, or "supervisor"',
  'cli.flag.file':
    'declaration files, or folders with source.yaml, view.yaml and agreement.yaml at any depth',
  'cli.flag.viewFile': 'look for the view in these files or folders instead of consumers/',
  'cli.flag.rate': 'transactions per second of all departments together',

  'cli.apply.description':
    'Bring declared sources and views, and filed agreements, to the stack; twice changes nothing.',
  'cli.apply.dryRun': 'only show what would change',
  'cli.apply.prune':
    'also delete what these own and no file declares any more; topics of closed agreements',
  'cli.plan.description': 'Show what `apply` would change, old and new value per field.',
  'cli.plan.exitCode': 'end with 3 when something would change',

  'cli.get.description': 'List what there is, broken things first.',
  'cli.get.connectors.description': 'Connectors with their state and the cause of a failure.',
  'cli.get.views.description': 'Views with rows, lag, dead letters and halted units.',
  'cli.get.topics.description': 'Topics with their owner, size and readers.',
  'cli.get.dead-letters.description':
    'Records that could not be applied, newest first: where and why.',
  'cli.get.conflicts.description':
    'Items of which a department that is not their authority has another value: whose, and since when.',
  'cli.get.conflicts.open': 'only those that are open (this is what is shown without --all)',
  'cli.get.conflicts.all': 'also those that were resolved',
  'cli.get.conflicts.values': 'show the two values, which are personal',
  'cli.get.conflicts.limit': 'show at most this many of each view',
  'cli.get.history.description':
    'What happened to the source rows of one key: created, changed, deleted, read again, swept.',
  'cli.get.history.key': 'the key of the source row; a JSON list where it has several columns',
  'cli.get.history.values': 'show what the row held after each change, which is personal',
  'cli.get.history.limit': 'show at most this many, the newest',
  'cli.describe.description': 'Everything known of one thing.',
  'cli.describe.connector.description':
    'State, tasks with the whole trace, topics, position and config.',
  'cli.describe.view.description':
    'Units with progress, halts and their reasons, counts against the sources.',
  'cli.describe.topic.description':
    'Partitions, settings, who may read and write, which views read it.',

  'cli.lag.description':
    'How far views are behind: records that wait, and how long the oldest has waited. Progress is what the hub has committed.',
  'cli.lag.by': 'one line per unit (a block of a view) or per partition',

  'cli.run.description': 'Run a process until it is asked to end (Ctrl-C, SIGTERM).',
  'cli.run.view.description':
    'Run one consumer of a view; several share the work. Logs JSON lines to standard error.',
  'cli.run.view.sessionTimeout': 'seconds after which the group gives up a silent member',
  'cli.run.workload.description':
    'Let the synthetic departments write real transactions into their databases.',
  'cli.run.workload.seed': 'repeat the choices of an earlier run; another day each time if absent',
  'cli.run.statusFile': 'write figures into this file once a second',

  'cli.run.subscriber.description':
    'Run the subscriber of one agreement with the subscriber’s own credentials: keep its table exactly what the agreement delivers, and purge it when the agreement has ended.',
  'cli.run.subscriber.config': 'the subscriber.yaml: brokers, registry, database, table, files',
  'cli.run.subscriber.agreement': 'refuse to start when the file is of another agreement',

  'cli.resume.description': 'Let something go on that was stopped for an operator.',
  'cli.resume.view.description':
    'Lift the halt of a view’s units, after its cause was removed. The running consumer goes on within a second.',
  'cli.resume.unit': 'only this unit, e.g. population/marriage or marriage',

  'cli.verify.description': 'Compare with the truth.',
  'cli.verify.view.description':
    'Compare every row of a view with its departments’ own tables, by checksums, while everybody writes. Only what stays different when everything was applied is reported: key and columns, never values.',
  'cli.verify.unit': 'only this unit, e.g. population/marriage or marriage',
  'cli.verify.maxDifferences': 'stop comparing a unit after this many differences',
  'cli.verify.oracle':
    'compare the population of the synthetic city with rules that were written without the view engine',
  'cli.verify.holdWriters':
    'with --oracle: let departments go on writing; else none may write until the view was compared',

  'cli.repair.description': 'Mend what differs.',
  'cli.repair.view.description':
    'Verify a view, have exactly the differing rows read again from their source, clear what the source does not have, and verify once more. Everybody goes on writing.',
  'cli.repair.unit':
    'only this unit; if it is halted, accept the cause (a truncate, lost records) and read its whole table again',
  'cli.repair.key':
    'only rows with these keys, as verify shows them; several columns as a JSON list; needs --unit',

  'cli.doctor.description':
    'Check everything that is known to go wrong; each finding with its remedy. Ends with 1 when something is broken.',
  'cli.doctor.cache': 'also read every downloaded file and compare its checksum',
  'cli.doctor.fixCache': 'remove a damaged download, so that the next start fetches it again',

  'cli.dev.description': 'The stack on this machine: Kafka, Connect, registry, databases.',
  'cli.dev.up.description':
    'Start the services in the background and return when they are healthy.',
  'cli.dev.down.description':
    'Stop everything of this stack, also a city begun by npm start. Data is kept.',
  'cli.dev.status.description': 'Services and programs with state, process and address.',
  'cli.dev.logs.description': 'The last lines of a service’s log.',
  'cli.dev.logs.lines': 'how many lines',

  'cli.start.description':
    'Start the real stack and a live synthetic city: eighteen departments, their connectors, three shared views and a board. Ctrl-C stops everything; data is kept.',
  'cli.start.persons': 'persons in the city when it is made (default 5000)',
  'cli.start.seed': 'seed of the city when it is made (default 1)',
  'cli.start.noWorkload': 'the departments only hold their data and do not write',
  'cli.start.fresh': 'remove the data, logs and secrets of this stack first',
  'cli.start.detach': 'return when it is live and leave it running',
};
