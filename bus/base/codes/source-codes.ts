/** Codes of sources and of plans. */
import type { CodeTable } from './code.ts';

export const SOURCE_CODES = {
  SOURCE_NOT_RUNNING: {
    reaction: 'stop',
    exit: 'failed',
    message: 'Connector {{connector}} does not run (waited at most {{ms}} ms): {{state}}. {{why}}',
    cause: 'Everything was applied, but the connector or its task failed or never started.',
    remedy:
      'Read the sentence of the failed task, correct what it names and apply again; `civicbus describe connector {{source}}` shows the whole trace.',
  },
  SOURCE_NOT_APPLIED: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'Source {{source}} has no connector {{connector}}.',
    cause: 'The source was never applied to this bus, or was taken down.',
    remedy: 'Apply its source.yaml first.',
  },
  SOURCE_NOT_FOUND: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'There is no source.yaml below {{folder}}.',
    cause: 'Sources are looked for as <folder>/<source>/source.yaml.',
    remedy: 'Name the folder that holds the sources, or the files themselves.',
  },
  PLAN_INCOMPLETE: {
    reaction: 'retry',
    exit: 'failed',
    message:
      'The plan was not completed: {{done}} step(s) done, {{failed}} failed, {{notReached}} not reached. First failure: {{step}}: {{why}}',
    cause: 'A step was refused or its service could not be reached; later steps rely on it.',
    remedy:
      'Correct what the failed step names and apply again: what is done is found and left alone, the rest is completed.',
  },
  PLAN_STALE: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The bus changed since this plan was made; nothing was applied.',
    cause: 'Somebody applied something in between, or a file was edited.',
    remedy: 'Make the plan again, read it and apply that one.',
  },
} as const satisfies CodeTable;
