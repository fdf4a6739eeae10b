/**
 * One MariaDB server: durable, binary log in the form that capture needs, loopback only, its
 * root password set before it ever listens, and no anonymous users.
 */
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { openDatabase } from '../../../bus/sql/mysql/mysql-database.ts';
import type { CacheLayout } from '../cache/layout.ts';
import { writeFileAtomic } from '../files.ts';
import type { Home } from '../home.ts';
import type { ProcessSpec } from '../process/supervised-process.ts';
import { mustRun } from '../run-command.ts';

export type MariadbSetup = {
  readonly name: 'providers' | 'hub' | 'subscribers';
  readonly home: Home;
  readonly cache: CacheLayout;
  readonly rootPassword: string;
  readonly port: number;
};

const SERVER_IDS = { providers: 101, hub: 102, subscribers: 103 } as const;

/** Initialises the data folder if that was never done and says how to run the server. */
export async function prepareMariadb(setup: MariadbSetup): Promise<ProcessSpec> {
  const { name, home, cache, port } = setup;
  const settings = await writeSettings(setup);
  await initialiseOnce(setup, settings);
  return {
    name,
    command: join(cache.mariadb, 'bin', 'mariadbd'),
    args: [`--defaults-file=${settings}`, ...asUser()],
    logFile: home.logFile(name),
    restart: 'always',
    health: () => answers(setup),
    address: `127.0.0.1:${port}`,
  };
}

async function writeSettings({ name, home, cache, port }: MariadbSetup): Promise<string> {
  const settings = join(home.data(`${name}-settings`), 'my.cnf');
  const temporary = home.data(`${name}-tmp`);
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const text = settingsText({
    base: cache.mariadb,
    folder: home.data(name),
    temporary,
    port,
    serverId: SERVER_IDS[name],
  });
  await writeFileAtomic(settings, text);
  return settings;
}

function settingsText(of: {
  readonly base: string;
  readonly folder: string;
  readonly temporary: string;
  readonly port: number;
  readonly serverId: number;
}): string {
  return `[mariadbd]
basedir = ${of.base}
lc-messages-dir = ${join(of.base, 'share')}
datadir = ${of.folder}
bind-address = 127.0.0.1
port = ${of.port}
# Of its own: a server that starts removes every temporary table it finds here.
tmpdir = ${of.temporary}
# Relative to datadir: socket paths have a short limit.
socket = server.sock
pid-file = server.pid
server-id = ${of.serverId}
log-bin = binlog
binlog-format = ROW
binlog-row-image = FULL
binlog-row-metadata = FULL
log-bin-compress = 0
gtid-strict-mode = 1
sync-binlog = 1
innodb-flush-log-at-trx-commit = 1
expire-logs-days = 7
character-set-server = utf8mb4
collation-server = utf8mb4_general_ci
sql-mode = STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION
max-allowed-packet = 64M
innodb-buffer-pool-size = 256M
innodb-log-file-size = 128M
max-connections = 300
# Health checks and killed clients end handshakes early; that must not lock loopback out.
max-connect-errors = 4294967295
local-infile = 0
# Else every start makes an RSA key, which takes up to a minute. The server is on loopback only.
skip-ssl
symbolic-links = 0
performance-schema = 0
`;
}

/**
 * Installed and secured in a folder aside that is renamed into place: an interrupted first
 * start leaves nothing that looks ready. The password goes in through standard input.
 */
async function initialiseOnce(setup: MariadbSetup, settings: string): Promise<void> {
  const { name, home, cache } = setup;
  const folder = home.data(name);
  if (
    await stat(folder).then(
      () => true,
      () => false,
    )
  )
    return;
  const draft = `${folder}.preparing`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const logFile = home.logFile(name);
  const install = [
    `--defaults-file=${settings}`,
    `--basedir=${cache.mariadb}`,
    `--datadir=${draft}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...asUser(),
  ];
  const script = join(cache.mariadb, 'scripts', 'mariadb-install-db');
  await mustRun({ command: script, args: install, logFile }, `installing "${name}"`);
  await mustRun(
    {
      command: join(cache.mariadb, 'bin', 'mariadbd'),
      args: [`--defaults-file=${settings}`, `--datadir=${draft}`, '--bootstrap', ...asUser()],
      input: securing(setup.rootPassword),
      logFile,
    },
    `securing "${name}"`,
  );
  await rename(draft, folder);
}

/** One statement per line, as the server's bootstrap mode reads them. */
function securing(password: string): string {
  return [
    'FLUSH PRIVILEGES;',
    "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host NOT IN ('localhost'));",
    'FLUSH PRIVILEGES;',
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
    'FLUSH PRIVILEGES;',
    '',
  ].join('\n');
}

async function answers({ port, rootPassword }: MariadbSetup): Promise<boolean> {
  const target = { host: '127.0.0.1', port, user: 'root', password: rootPassword };
  const database = openDatabase(target, { connectionsMax: 1, connectTimeoutMs: 2_000 });
  try {
    return (await database.query('SELECT 1 AS one')).length === 1;
  } finally {
    await database.close();
  }
}

/** The server refuses to run as root unless told to. */
function asUser(): string[] {
  const { uid, username } = userInfo();
  return uid === 0 ? [`--user=${username}`] : [];
}
