/** The command tree. docs/cli.md and the help texts are generated from it. */
import { Command } from 'commander';
import project from '../package.json' with { type: 'json' };
import { addTexts, text } from '../bus/base/text.ts';
import { addExamples, type Register, type Run } from './command.ts';
import { registerAgreementChecks, registerAgreementVerbs } from './commands/agreement-verbs.ts';
import { registerApply } from './commands/apply.ts';
import { registerAudit } from './commands/audit.ts';
import { registerDescribe } from './commands/describe.ts';
import { registerDiff } from './commands/diff.ts';
import { registerDev } from './commands/dev.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerExplain } from './commands/explain.ts';
import { registerGet } from './commands/get.ts';
import { registerInit } from './commands/init.ts';
import { registerLag } from './commands/lag.ts';
import { registerPlan } from './commands/plan.ts';
import { registerPreview } from './commands/preview.ts';
import { registerRebuild } from './commands/rebuild.ts';
import { registerRepair } from './commands/repair.ts';
import { registerResume } from './commands/resume.ts';
import { registerRetry } from './commands/retry.ts';
import { registerRun } from './commands/run.ts';
import { registerValidate } from './commands/validate.ts';
import { registerVerify } from './commands/verify.ts';
import { addGlobalOptions } from './globals.ts';
import { CLI_TEXTS } from './messages/en.ts';
import type { Streams } from './output/output.ts';

addTexts('en', CLI_TEXTS);

/** In the order in which the help lists them: the daily ones first. */
const REGISTRATIONS: readonly Register[] = [
  registerDoctor,
  registerLag,
  registerGet,
  registerDescribe,
  registerExplain,
  registerInit,
  registerValidate,
  registerDiff,
  registerPreview,
  registerPlan,
  registerApply,
  registerRun,
  registerResume,
  registerAgreementVerbs,
  registerVerify,
  registerRepair,
  registerRetry,
  registerRebuild,
  registerAgreementChecks,
  registerAudit,
  registerDev,
];

export function buildProgram({
  run,
  streams,
  columns,
}: {
  readonly run: Run;
  readonly streams: Streams;
  readonly columns: number;
}): Command {
  const program = new Command('civicbus');
  program
    .description(text('cli.description'))
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true, helpWidth: columns })
    .configureOutput({
      writeOut: streams.out,
      writeErr: streams.err,
      // Told once, with its remedy, where all errors are told.
      outputError: () => {},
    })
    .helpCommand(false)
    .version(project.version, '-V, --version', text('cli.global.version'))
    .helpOption('-h, --help', text('cli.global.help'));
  addExamples(program, ['civicbus doctor', 'civicbus lag population', 'civicbus get connectors']);
  addGlobalOptions(program);
  for (const register of REGISTRATIONS) register(program, run);
  program.addHelpText('after', `\n${text('cli.exitCodes')}`);
  return program;
}
