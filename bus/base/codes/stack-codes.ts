/** Codes of the stack area: what can keep the real services from running on this machine. */
import type { CodeTable } from './code.ts';

export const STACK_CODES = {
  STACK_RUNNING: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The stack in {{home}} is already running (supervisor pid {{pid}}).',
    cause: 'One home is one stack; another process holds it and keeps its services alive.',
    remedy:
      'Use the running stack, or stop it first with npm run stop (civicbus dev down). Another stack needs another home.',
  },
  STACK_NOT_RUNNING: {
    reaction: 'fix-input',
    exit: 'unreachable',
    message: 'No stack is running in {{home}}.',
    cause: 'It was never started there, or it has been stopped.',
    remedy: 'Start it with npm start, or the services alone with civicbus dev up.',
  },
  STACK_PREREQUISITE: {
    reaction: 'fix-input',
    exit: 'failed',
    message: 'Missing on this machine: {{missing}}.',
    cause: 'The native stack runs jars and server binaries and needs these programs for it.',
    remedy: 'Install them with: {{install}}',
  },
  STACK_FETCH_FAILED: {
    reaction: 'retry',
    exit: 'unreachable',
    message: 'The parts of the stack could not be fetched: {{why}}.',
    cause: 'Maven could not resolve every coordinate, or an archive could not be unpacked.',
    remedy:
      'Check the network and the Maven settings, read {{logFile}}, and start again; what was fetched is kept.',
  },
  STACK_CACHE_CORRUPT: {
    reaction: 'stop',
    exit: 'failed',
    message: 'The cache {{folder}} differs from its manifest: {{what}}.',
    cause:
      'A file of the downloaded stack was changed, cut short or removed after it was verified.',
    remedy: 'Remove the folder {{folder}} and start again; it is filled anew and verified.',
  },
  STACK_PORT_TAKEN: {
    reaction: 'fix-input',
    exit: 'failed',
    message: 'Port {{port}} for {{service}} is taken by another program.',
    cause: 'This port was asked for by name and something else listens on it.',
    remedy: 'Stop that program, choose another port, or ask for none so that a free one is taken.',
  },
  STACK_NO_FREE_PORT: {
    reaction: 'retry',
    exit: 'failed',
    message: 'No free port was found for {{service}} in {{tries}} tries.',
    cause: 'Nearly all ports below the range of outgoing connections are in use.',
    remedy: 'Stop programs that hold many ports, or name free ports.',
  },
  STACK_DISK_FULL: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'Only {{freeMb}} MB are free under {{folder}}; the stack needs at least {{neededMb}} MB.',
    cause: 'A broker or database that runs out of disk stops in the middle of its work.',
    remedy: 'Free space on that disk, or choose a home or cache folder on another one.',
  },
  STACK_SERVICE_FAILED: {
    reaction: 'stop',
    exit: 'failed',
    message: 'The service "{{service}}" did not come up: {{why}}.',
    cause: 'It ended again and again, or did not answer its health check within the limit.',
    remedy: 'Read its log {{logFile}}; correct the cause and start again.',
  },
  STACK_LOG_UNKNOWN: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'There is no log of a service "{{service}}"; known: {{known}}.',
    cause: 'The name is not a service of this stack, or it has not been started yet.',
    remedy: 'Choose one of the names listed.',
  },
  STACK_HOME_FOREIGN: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: '{{home}} is not empty and holds no stack of civicbus.',
    cause: 'A fresh start would remove what is in this folder, and it was not made by civicbus.',
    remedy: 'Name another, empty folder as the home of the stack.',
  },
} as const satisfies CodeTable;
