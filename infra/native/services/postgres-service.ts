/**
 * One PostgreSQL server: durable, write-ahead log in the form that capture needs, loopback only,
 * passwords from its first start on, and no statement text with values in its log. It refuses to
 * run as root, so root starts it as the user that owns nothing.
 */
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { openPostgres } from '../../../bus/sql/postgres/postgres-database.ts';
import type { CacheLayout } from '../cache/layout.ts';
import { writeFileAtomic } from '../files.ts';
import type { Home } from '../home.ts';
import type { ProcessSpec } from '../process/supervised-process.ts';
import { mustRun } from '../run-command.ts';

export type PostgresSetup = {
  readonly name: 'registers';
  readonly home: Home;
  readonly cache: CacheLayout;
  readonly rootPassword: string;
  readonly port: number;
};

/** The server's first user, who may do everything. */
export const POSTGRES_ROOT = 'postgres';
const NOBODY = 65_534;
/** No line for "replication": capture enters a database; only a copy of the whole server would need one. */
const WHO_MAY_ENTER = 'host all all 127.0.0.1/32 scram-sha-256\n';
const SENDERS_MAX = 32;

/** Initialises the data folder if that was never done and says how to run the server. */
export async function preparePostgres(setup: PostgresSetup): Promise<ProcessSpec> {
  const { name, home, cache, port } = setup;
  const launcher = await serverLauncher();
  await initialiseOnce(setup, launcher);
  const server = join(cache.postgres, 'bin', 'postgres');
  const [command, ...args] = launched(launcher, server, [
    '-D',
    home.data(name),
    ...settings(port).flatMap((setting) => ['-c', setting]),
  ]);
  return {
    name,
    command,
    args,
    logFile: home.logFile(name),
    restart: 'always',
    // "Fast": with SIGTERM the server would wait until every client has gone by itself.
    stopSignal: 'SIGINT',
    health: () => answers(setup),
    address: `127.0.0.1:${port}`,
  };
}

function settings(port: number): string[] {
  return [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'wal_level=logical',
    `max_wal_senders=${SENDERS_MAX}`,
    `max_replication_slots=${SENDERS_MAX}`,
    'max_connections=200',
    'fsync=on',
    'synchronous_commit=on',
    'full_page_writes=on',
    'password_encryption=scram-sha-256',
    'timezone=UTC',
    'log_timezone=UTC',
    // A refused statement holds a person's values, and so do its error and the detail of that.
    'log_min_messages=log',
    'log_min_error_statement=panic',
    'log_error_verbosity=terse',
    'log_statement=none',
  ];
}

/** As in the other servers: prepared aside and renamed into place, so that nothing half-made looks ready. */
async function initialiseOnce(setup: PostgresSetup, launcher: Launcher): Promise<void> {
  const { name, home, cache, rootPassword } = setup;
  const folder = home.data(name);
  if (await isThere(folder)) return;
  const draft = `${folder}.preparing`;
  const passwordFile = home.secretFile(`${name}-root.first`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  try {
    await writeFileAtomic(passwordFile, `${rootPassword}\n`);
    if (isRoot()) await Promise.all([draft, passwordFile].map((it) => chown(it, NOBODY, NOBODY)));
    const files = ['-D', draft, `--pwfile=${passwordFile}`];
    const auth = ['-U', POSTGRES_ROOT, '--auth-local=scram-sha-256', '--auth-host=scram-sha-256'];
    const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C.UTF-8'];
    const initdb = join(cache.postgres, 'bin', 'initdb');
    const [command, ...args] = launched(launcher, initdb, [
      ...files,
      ...auth,
      ...locale,
      '--encoding=UTF8',
      '--data-checksums',
    ]);
    await mustRun({ command, args, logFile: home.logFile(name) }, `installing "${name}"`);
    await writeFile(join(draft, 'pg_hba.conf'), WHO_MAY_ENTER);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, folder);
}

function launched(
  [program, ...before]: Launcher,
  server: string,
  args: readonly string[],
): readonly [string, ...string[]] {
  return [program, ...before, server, ...args];
}

async function answers({ port, rootPassword }: PostgresSetup): Promise<boolean> {
  const target = { host: '127.0.0.1', port, user: POSTGRES_ROOT, password: rootPassword };
  const database = openPostgres(target, { connectionsMax: 1, connectTimeoutMs: 2_000 });
  try {
    return (await database.query('SELECT 1 AS one')).length === 1;
  } finally {
    await database.close();
  }
}

type Launcher = readonly [string, ...string[]];

const CAPABILITIES = { dacOverride: 1, dacReadSearch: 2, setPcap: 8 } as const;

/**
 * What is put before the server's programs. A clean environment, since theirs is configuration.
 * For root also another user: `nobody`, who has a passwd entry everywhere (the server wants one).
 * Binaries and data may lie below folders that only root may enter: one capability to pass through
 * them is kept, where root has it to give. Without it those folders must be open to pass.
 */
async function serverLauncher(): Promise<Launcher> {
  const clean: Launcher = ['env', '-i', 'PATH=/usr/bin:/bin', 'HOME=/', 'LC_ALL=C.UTF-8'];
  if (!isRoot()) return clean;
  const held = await effectiveCapabilities();
  const has = (bit: number) => ((held >> BigInt(bit)) & 1n) === 1n;
  const passing = has(CAPABILITIES.dacReadSearch) ? 'dac_read_search' : 'dac_override';
  const mayPass = has(CAPABILITIES.dacReadSearch) || has(CAPABILITIES.dacOverride);
  const only = `-all,+${passing}`;
  const keeping =
    mayPass && has(CAPABILITIES.setPcap)
      ? // Without this bit access(2) would ask as if the capability were not there.
        ['--securebits=+no_setuid_fixup', `--inh-caps=${only}`, `--ambient-caps=${only}`]
      : [];
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs'];
  // Changing the user clears the death signal that the supervisor asked for.
  return ['setpriv', ...user, ...keeping, '--pdeathsig', 'KILL', '--', ...clean];
}

async function effectiveCapabilities(): Promise<bigint> {
  const status = await readFile('/proc/self/status', 'utf8');
  return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
}

function isRoot(): boolean {
  return userInfo().uid === 0;
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
