/** The flags of `npm start`, and which city they mean in a home that may hold one already. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { DEFAULT_STACK, positiveNumber, PROJECT_FOLDER, wholeNumber } from '../globals.ts';
import type { Streams } from '../output/output.ts';
import { addExamples } from '../command.ts';
import { type CityFacts, readCity } from '../stack/city.ts';

export type StartFlags = {
  readonly stack?: string;
  readonly persons?: number;
  readonly seed?: number;
  /** Transactions per second. */
  readonly rate: number;
  readonly workload: boolean;
  readonly fresh: boolean;
  readonly detach: boolean;
  readonly color: boolean;
};

const DEFAULTS: CityFacts = { persons: 5_000, seed: 1 };

export function startCommand(streams: Streams): Command {
  const command = new Command('npm start --')
    .description(text('cli.start.description'))
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.err, outputError: () => {} })
    .helpOption('-h, --help', text('cli.global.help'))
    .addOption(new Option('--stack <folder>', text('cli.global.stack')).env('CIVICBUS_STACK'))
    .option('--persons <number>', text('cli.start.persons'), wholeNumber)
    .option('--seed <number>', text('cli.start.seed'), wholeNumber)
    .option('--rate <transactions>', text('cli.flag.rate'), positiveNumber, 20)
    .option('--no-workload', text('cli.start.noWorkload'))
    .option('--fresh', text('cli.start.fresh'), false)
    .option('--detach', text('cli.start.detach'), false)
    .option('--no-color', text('cli.global.color'))
    .allowExcessArguments(false);
  return addExamples(command, [
    'npm start',
    'npm start -- --detach',
    'npm start -- --fresh --persons 20000 --rate 100',
  ]);
}

export function stackFolder({ stack }: Pick<StartFlags, 'stack'>): string {
  return stack === undefined ? resolve(PROJECT_FOLDER, DEFAULT_STACK) : resolve(stack);
}

/** The city to run. Throws CLI_CITY_DIFFERS when another one lives in `home` and is to be kept. */
export async function cityFor(home: string, flags: StartFlags): Promise<CityFacts> {
  const found = flags.fresh ? undefined : await readCity(home);
  for (const flag of ['persons', 'seed'] as const) {
    const wanted = flags[flag];
    if (found && wanted !== undefined && wanted !== found[flag]) {
      throw new BusError('CLI_CITY_DIFFERS', { home, flag, found: found[flag], wanted });
    }
  }
  return {
    persons: flags.persons ?? found?.persons ?? DEFAULTS.persons,
    seed: flags.seed ?? found?.seed ?? DEFAULTS.seed,
  };
}
