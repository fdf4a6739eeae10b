/** The chain's processes beyond the hub: gateway and subscriber, each in a process of its own. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { openDatabase } from '../../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { installSubscriberDatabase } from '../../consumers/subscriber/install.ts';
import type { Login } from '../../infra/stack.ts';
import type { Site } from '../site.ts';
import type { MemberSettings } from './member-settings.ts';
import { COPY_TABLE, type DeployedPair } from './pair.ts';

const DATABASE = 'bench_copy';

export type Member = {
  /** Throws BENCH_SIDE_FAILED when the process has stopped by itself. */
  check(): void;
  end(): Promise<void>;
};

export function startGatewayProcess(site: Site, { leased, gateway }: DeployedPair): Member {
  const database = site.endpoints.databases.hub.root;
  return start(site, 'gateway', { endpoints: site.endpoints, leased, kafka: gateway, database });
}

export type Copy = {
  readonly login: Login & { readonly name: string };
  /** Read as the copy's own user, on one connection. */
  readonly reader: SqlDatabase;
  /** With the database's name. */
  readonly table: string;
};

/** The place of the subscriber's copy on a server of its own. */
export async function makeCopy(site: Site): Promise<Copy> {
  const { host, port, root } = site.endpoints.databases.subscribers;
  const administrator = { host, port, user: root.user };
  const { file, password } = await site.makePassword('bench-copy.password');
  const login = { user: DATABASE, passwordFile: file, name: DATABASE };
  await installSubscriberDatabase(
    { ...administrator, password: await readSecretFile(root.passwordFile) },
    { database: DATABASE, user: DATABASE, password },
  );
  const reader = openDatabase({ host, port, user: DATABASE, password }, { connectionsMax: 1 });
  return { login, reader, table: `${DATABASE}.${COPY_TABLE}` };
}

export function startSubscriberProcess(site: Site, deployed: DeployedPair, copy: Copy): Member {
  return start(site, 'subscriber', {
    endpoints: site.endpoints,
    leased: deployed.leased,
    kafka: deployed.subscriber,
    database: copy.login,
  });
}

function start(site: Site, side: 'gateway' | 'subscriber', settings: MemberSettings): Member {
  const file = join(import.meta.dirname, 'member-process.ts');
  const child = fork(file, [side, JSON.stringify(settings)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    check() {
      if (child.exitCode === null && child.signalCode === null) return;
      const why = `the process ended with exit code ${child.exitCode}.`;
      const logs = join(site.endpoints.home, 'logs');
      throw new BusError('BENCH_SIDE_FAILED', { side, why, logs });
    },
    async end() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
