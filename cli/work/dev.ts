/** `civicbus dev`: the stack on this machine. */
import type { ExitName } from '../../bus/base/codes/code.ts';
import { text } from '../../bus/base/text.ts';
import type { ServiceStatus } from '../../infra/stack.ts';
import { serviceHealth } from '../dev/board-text.ts';
import { upDetached } from '../dev/up.ts';
import type { Cli } from '../globals.ts';
import { brokenFirst } from '../output/paint.ts';
import { nativeStackAt } from '../stack/home.ts';

export async function devUp(cli: Cli, { fresh }: { readonly fresh: boolean }): Promise<void> {
  const pid = await upDetached({ home: cli.globals.stack, fresh, out: cli.out });
  cli.out.hint(text('cli.dev.up.done', { pid }));
  await listServices(cli);
  cli.out.hint(text('cli.dev.up.next'));
}

export async function devDown(cli: Cli): Promise<void> {
  await nativeStackAt(cli.globals.stack).down();
  cli.out.hint(text('cli.dev.down.done', { home: cli.globals.stack }));
}

export async function devStatus(cli: Cli): Promise<ExitName> {
  const services = await listServices(cli);
  const ill = services.filter(({ state }) => serviceHealth(state) !== 'good');
  const [worst] = ill;
  if (worst) {
    cli.out.hint(text('cli.dev.status.ill', { count: ill.length, all: services.length }));
    cli.out.hint(text('cli.dev.status.next', { name: worst.name }));
  }
  return 'ok';
}

async function listServices({ out, globals }: Cli): Promise<readonly ServiceStatus[]> {
  const services = brokenFirst(await nativeStackAt(globals.stack).status(), ({ name, state }) => ({
    name,
    health: serviceHealth(state),
  }));
  out.list({
    kind: 'ServiceList',
    items: services,
    table: {
      columns: [
        text('cli.column.service'),
        text('cli.column.state'),
        { title: text('cli.column.pid'), align: 'right' },
        { title: text('cli.column.restarts'), align: 'right' },
        text('cli.column.address'),
        text('cli.column.detail'),
      ],
      rows: services.map(({ name, state, pid, restarts, address, detail }) => [
        name,
        { text: text(`cli.service.${state}`), health: serviceHealth(state) },
        pid ?? '-',
        restarts,
        address ?? '-',
        detail ?? '',
      ]),
      empty: text('cli.empty.services'),
    },
  });
  return services;
}

export async function devLogs(
  { out, globals }: Cli,
  service: string,
  { lines }: { readonly lines: number },
): Promise<void> {
  out.text('Log', await nativeStackAt(globals.stack).logs(service, lines));
}
