/** `civicbus rebuild view`: for a changed declaration, or a topic that was replaced. */
import { BusError, messageOf } from '../../bus/base/errors.ts';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import { text } from '../../bus/base/text.ts';
import { rebuildView, type RebuildPorts } from '../../bus/view/rebuild/rebuild.ts';
import { runView } from '../../bus/view/run.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { installTables, migrateView } from '../../consumers/install.ts';
import type { ViewFiles } from '../command.ts';
import type { Cli } from '../globals.ts';
import { isInstalled } from '../live/lag.ts';
import { askForNewCopies } from '../live/new-copies.ts';
import { viewAmong } from '../verify/view.ts';
import { sweepPorts } from '../verify/sweep-ports.ts';
import type { StackAccess } from '../stack/access.ts';

const REBUILD_MS_MAX = 3_600_000;

export async function rebuildOneView(cli: Cli, name: string, { file }: ViewFiles): Promise<void> {
  const { out, globals, interrupts, log } = cli;
  const view = await viewAmong(name, file);
  const access = await cli.openStack();
  if (!(await isInstalled(await access.root('hub'), view))) {
    throw new BusError('REBUILD_NOT_APPLIED', { view: view.name });
  }
  const { reread, admin } = await sweepPorts(view, { access, paths: file, log });
  await using lifetime = new Lifetime(log);
  const begunAt = Date.now();
  const { held, generation } = await rebuildView({
    view,
    ports: { reread, admin, ...(await hubPorts(cli, access, lifetime)) },
    timeoutMs: globals.timeoutMs ?? REBUILD_MS_MAX,
    signal: interrupts.graceful(),
    onState: (state) => out.hint(text('cli.rebuild.state', { view: view.name, state })),
  });
  const pairs = await askForNewCopies(view, access);
  const seconds = ((Date.now() - begunAt) / 1_000).toFixed(1);
  out.list({
    kind: 'Rebuild',
    items: [{ view: view.name, generation, seconds: Number(seconds), heldUnits: held, pairs }],
    table: {
      columns: [
        text('cli.column.view'),
        text('cli.column.generation'),
        text('cli.column.seconds'),
        text('cli.column.halted'),
      ],
      rows: [[view.name, generation, seconds, held.length]],
      empty: '',
    },
  });
  if (pairs.length > 0) out.hint(text('cli.rebuild.pairs', { pairs: pairs.join(', ') }));
  out.hint(text(held.length > 0 ? 'cli.rebuild.held' : 'cli.next.lag', { name: view.name }));
}

async function hubPorts(
  { log }: Cli,
  access: StackAccess,
  lifetime: Lifetime,
): Promise<Omit<RebuildPorts, 'reread' | 'admin'>> {
  const administrator = await access.rootTarget('hub');
  const registry = await access.registry();
  return {
    server: await access.root('hub'),
    open: (database) => access.hub(database),
    async prepare(view: ViewModel, shadow: ViewModel) {
      await migrateView(view, administrator);
      await installTables(shadow, administrator);
    },
    async run(shadow: ViewModel) {
      const running = await runView({
        view: shadow,
        kafka: await access.kafkaAs(access.endpoints.kafka.admin),
        database: await access.hub(shadow.database),
        fetchSchema: (id) => registry.schemaById(id),
        log,
        group: `rebuild-${shadow.name}-${process.pid}`,
      });
      lifetime.defer('shadow consumer', () => running.close());
      void running.ended.then((error) => {
        if (error) log.error({ error: messageOf(error) }, 'the consumer of the shadow ended');
      });
      return running;
    },
  };
}
