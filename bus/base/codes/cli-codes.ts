/** Codes of the civicbus command and of the live city. */
import type { CodeTable } from './code.ts';

export const CLI_CODES = {
  CLI_USAGE: {
    reaction: 'fix-input',
    exit: 'usage',
    message: 'The command line cannot be understood: {{what}}.',
    cause: 'A command, flag or value is none of those that the command knows.',
    remedy: 'See the help: civicbus --help, or civicbus COMMAND --help.',
  },
  CLI_NOT_FOUND: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'There is no {{kind}} named "{{name}}"; known: {{known}}.',
    cause: 'The name is misspelt, or what it names was not applied to this stack.',
    remedy:
      'Choose one of the names listed, or apply its declaration first: civicbus apply -f PATH',
  },
  CLI_NO_HISTORY: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'View "{{view}}" keeps no history.',
    cause: 'Its declaration has no "history".',
    remedy: 'Declare "history: { retentionDays: … }" in its view.yaml; it begins from then on.',
  },
  CLI_NOTHING_DECLARED: {
    reaction: 'fix-input',
    exit: 'usage',
    message: 'No declaration was found in {{paths}}.',
    cause: 'In folders the files named source.yaml and view.yaml are read, at any depth.',
    remedy:
      'Name a folder that holds such files, or the file itself: civicbus apply -f connectors/ -f consumers/',
  },
  CLI_CITY_DIFFERS: {
    reaction: 'fix-input',
    exit: 'rejected',
    message:
      'The city in {{home}} was made with --{{flag}} {{found}}; now --{{flag}} {{wanted}} was asked for.',
    cause: 'The data is kept between starts, and a city cannot become another one.',
    remedy: 'Leave the flag out to go on with the city that is there, or begin anew with --fresh.',
  },
  CLI_CITY_ABSENT: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'No synthetic city lives in the stack {{home}}.',
    cause:
      'The workload and the comparison with the departments need the databases that npm start makes.',
    remedy: 'Start the city with npm start, or name its folder with --stack.',
  },
  CLI_START_FAILED: {
    reaction: 'stop',
    exit: 'failed',
    message: 'The city did not come up: the process in the background ended ({{how}}).',
    cause: 'Its last lines are shown above.',
    remedy: 'Read {{logFile}}, correct what it names, and start again.',
  },
  CLI_NOT_EQUAL: {
    reaction: 'stop',
    exit: 'failed',
    message: 'View "{{view}}" differs from its sources in {{differing}} of {{rows}} rows.',
    cause:
      'These rows stayed different after everything that the sources had committed was applied: somebody altered the view, or changes never reached the log.',
    remedy:
      'Find out who can write to the hub, then: civicbus repair view {{view}} (has exactly these rows read again).',
  },
  CLI_UNDECIDED: {
    reaction: 'retry',
    exit: 'timedOut',
    message: '{{count}} rows of view "{{view}}" could not be decided within the limit.',
    cause: 'Their unit is behind or halted, or they changed at every reading.',
    remedy:
      'See civicbus lag {{view}}; when it has caught up, verify again, with a longer --timeout.',
  },
  CLI_UNHEALTHY: {
    reaction: 'stop',
    exit: 'failed',
    message: '{{count}} finding(s) need somebody.',
    cause: 'At least one check found something broken.',
    remedy:
      'Follow the remedy of each finding, the first ones first, and run civicbus doctor again.',
  },
} as const satisfies CodeTable;
