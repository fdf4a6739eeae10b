/** `civicbus doctor`: the machine first, then, when a stack runs, the stack and what is declared. */
import { join } from 'node:path';
import { BusError, isBusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { gatherDeclarations } from '../apply/gather.ts';
import { declaredChecks } from '../doctor/declared.ts';
import { type Finding, FINDING_HEALTH, ofError, runChecks } from '../doctor/finding.ts';
import { checkMachine } from '../doctor/machine.ts';
import { STACK_CHECKS } from '../doctor/stack.ts';
import { type Cli, PROJECT_FOLDER } from '../globals.ts';
import { brokenFirst } from '../output/paint.ts';

type Flags = {
  readonly file?: readonly string[];
  readonly cache: boolean;
  readonly fixCache: boolean;
};

/** Throws CLI_UNHEALTHY when a finding is bad or something could not be looked at. */
export async function doctor(cli: Cli, { file, cache, fixCache }: Flags): Promise<void> {
  const home = cli.globals.stack;
  const found = [
    ...(await checkMachine({ home, contents: cache, fixCache })),
    ...(await checkRunning(cli, file)),
  ];
  const items = brokenFirst(found, ({ check, state }) => ({
    name: check,
    health: FINDING_HEALTH[state],
  }));
  cli.out.list({
    kind: 'FindingList',
    items,
    table: {
      columns: [text('cli.column.state'), text('cli.column.check'), text('cli.column.finding')],
      rows: items.map(({ check, state, finding, remedy }) => [
        { text: text(`cli.doctor.state.${state}`), health: FINDING_HEALTH[state] },
        check,
        remedy === '' ? finding : `${finding}\n  ${remedy}`,
      ]),
      empty: '',
    },
  });
  const count = items.filter(({ state }) => state === 'bad' || state === 'unknown').length;
  if (count > 0) throw new BusError('CLI_UNHEALTHY', { count });
  cli.out.hint(text('cli.doctor.well', { count: items.length }));
}

/** Without a running stack there is nothing more to look at: the services' finding has said so. */
async function checkRunning(cli: Cli, file: readonly string[] | undefined): Promise<Finding[]> {
  try {
    const access = await cli.openStack();
    const context = { home: cli.globals.stack, access };
    const paths = file ?? ['connectors', 'consumers'].map((name) => join(PROJECT_FOLDER, name));
    const declarations = await gatherDeclarations(paths);
    return await runChecks([...STACK_CHECKS, ...declaredChecks(declarations)], context);
  } catch (error) {
    if (isBusError(error, 'STACK_NOT_RUNNING')) return [];
    return [ofError('stack', error)];
  }
}
