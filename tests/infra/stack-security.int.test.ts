import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../bus/base/log.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import { openDatabase } from '../../bus/sql/mysql/mysql-database.ts';
import { openPostgres } from '../../bus/sql/postgres/postgres-database.ts';
import { isFree } from '../../infra/native/ports.ts';
import { basicAuth, fetchStatus } from '../../infra/native/services/http.ts';
import { testStack } from '../support/env.ts';

const REGISTERS_SETTINGS = {
  wal_level: 'logical',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  data_checksums: 'on',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_statement: 'none',
  log_error_verbosity: 'terse',
};

const stack = await testStack('security');
const { endpoints } = stack;
const secretsFolder = join(endpoints.home, 'secrets');

describe('the broker', () => {
  const open = (login: { user?: string; password?: string }, brokers = endpoints.kafka.brokers) =>
    createKafkaBus({ brokers, ...login, clientId: stack.prefix, log: silentLog }).admin();

  test('refuses clients without credentials', async () => {
    await expect(open({})).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE' });
  });

  test('refuses a wrong password', async () => {
    await expect(open({ user: 'admin', password: 'wrong' })).rejects.toMatchObject({
      code: 'KAFKA_NOT_AUTHENTICATED',
    });
  });

  test.each([
    ['nobody', {}, 'KAFKA_UNREACHABLE'],
    ['a SCRAM client', { user: 'admin', password: 'x' }, 'KAFKA_NOT_AUTHENTICATED'],
  ])('lets %s into the controller listener never', async (_who, login, code) => {
    const ports = JSON.parse(await readFile(join(endpoints.home, 'ports.json'), 'utf8')) as Record<
      string,
      number
    >;
    const port = ports['kafka-controller'] ?? 0;
    expect(await isFree(port), 'something listens there').toBe(false);
    await expect(open(login, [`127.0.0.1:${port}`])).rejects.toMatchObject({ code });
  });

  test('lets the super user in', async () => {
    const admin = await (await stack.kafka()).admin();
    try {
      expect(await admin.listTopics()).toContain('connect-configs');
    } finally {
      await admin.close();
    }
  });
});

describe('the worker’s Kafka user', () => {
  test('cannot write or even see data topics', async () => {
    const admin = await (await stack.kafka()).admin();
    const topic = `${stack.prefix}.data`;
    await admin.createTopics([{ name: topic, partitions: 1, replication: 1 }]);
    stack.atEnd(async () => {
      await admin.deleteTopics([topic]);
      await admin.close();
    });
    const password = await stack.password({
      user: 'connect',
      passwordFile: join(secretsFolder, 'kafka-connect'),
    });
    const asConnect = await stack.kafka({ user: 'connect', password });
    const asConnectAdmin = await asConnect.admin();
    stack.atEnd(() => asConnectAdmin.close());
    const seen = await asConnectAdmin.listTopics();
    expect(seen.toSorted()).toEqual(['connect-configs', 'connect-offsets', 'connect-status']);
    const producer = await asConnect.producer();
    try {
      await expect(producer.send(topic, [{ key: null, value: 'x' }])).rejects.toMatchObject({
        code: 'KAFKA_NOT_AUTHORIZED',
      });
    } finally {
      await producer.close();
    }
  });
});

describe('the worker’s REST interface', () => {
  test.each(['/', '/connectors', '/health', '/admin/loggers'])(
    'answers 401 at %s',
    async (path) => {
      expect(await fetchStatus(`${endpoints.connect.url}${path}`)).toBe(401);
    },
  );

  test('answers the one user that there is', async () => {
    const password = await stack.password(endpoints.connect.login);
    const login = basicAuth(endpoints.connect.login.user, password);
    expect(await fetchStatus(`${endpoints.connect.url}/connectors`, login)).toBe(200);
  });
});

describe('the registry', () => {
  const body = JSON.stringify({ schema: '"string"' });
  const register = async (user: 'reader' | 'developer') => {
    const login = endpoints.registry[user];
    const answer = await fetch(`${endpoints.registry.url}/subjects/${stack.prefix}/versions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: basicAuth(login.user, await stack.password(login)),
      },
      body,
    });
    return answer.status;
  };

  test.each(['/subjects', '/config', '/schemas/ids/1'])('answers 401 at %s', async (path) => {
    expect(await fetchStatus(`${endpoints.registry.url}${path}`)).toBe(401);
    expect(
      await fetchStatus(`${endpoints.registry.url}${path}`, basicAuth('reader', 'wrong')),
    ).toBe(401);
  });

  test('lets readers read only, developers register, and enforces BACKWARD', async () => {
    expect(await register('reader')).toBe(403);
    expect(await register('developer')).toBe(200);
    const login = endpoints.registry.reader;
    const answer = await fetch(`${endpoints.registry.url}/config`, {
      headers: { authorization: basicAuth(login.user, await stack.password(login)) },
    });
    expect(await answer.json()).toMatchObject({ compatibilityLevel: 'BACKWARD' });
  });
});

describe('the databases', () => {
  test.each(['providers', 'hub', 'subscribers'] as const)(
    '%s refuses anonymous users and root without its password',
    async (role) => {
      const { host, port } = endpoints.databases[role];
      for (const user of ['root', '', 'anybody']) {
        const database = openDatabase({ host, port, user, password: '' });
        await expect(database.query('SELECT 1')).rejects.toMatchObject({
          code: 'SQL_ACCESS_DENIED',
        });
        await database.close();
      }
    },
  );

  test('registers refuses everybody without the right password, and has no open socket file', async () => {
    const { host, port, root } = endpoints.postgres.registers;
    for (const user of [root.user, 'root', 'nobody']) {
      const database = openPostgres({ host, port, user, password: 'wrong' });
      await expect(database.query('SELECT 1')).rejects.toMatchObject({
        code: 'SQL_ACCESS_DENIED',
      });
      await database.close();
    }
  });

  test('registers logs changes as capture needs them, and no statement with its values', async () => {
    const { host, port, root } = endpoints.postgres.registers;
    const password = await stack.password(root);
    const database = openPostgres({ host, port, user: root.user, password });
    stack.atEnd(() => database.close());
    const rows = await database.query<{ name: string; setting: string }>(
      'SELECT name, setting FROM pg_settings WHERE name IN (?)',
      [Object.keys(REGISTERS_SETTINGS)],
    );
    const found = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
    expect(found).toEqual(REGISTERS_SETTINGS);
    await expect(database.query("SELECT 'canary-4401'::int")).rejects.toMatchObject({
      code: 'SQL_BAD_VALUE',
    });
    const log = await readFile(join(endpoints.home, 'logs', 'registers.log'), 'utf8');
    expect(log).not.toContain('canary-4401');
  });

  test.each(['providers', 'hub'] as const)(
    '%s logs changes as capture needs them',
    async (role) => {
      const sql = await stack.openSql(role);
      const [settings] = await sql.query(
        `SELECT @@log_bin AS log_bin, @@binlog_format AS format, @@binlog_row_image AS image,
        @@binlog_row_metadata AS metadata, @@log_bin_compress AS compress,
        @@gtid_strict_mode AS gtid, @@sync_binlog AS sync,
        @@innodb_flush_log_at_trx_commit AS flush, @@bind_address AS bind`,
      );
      expect(settings).toEqual({
        log_bin: 1,
        format: 'ROW',
        image: 'FULL',
        metadata: 'FULL',
        compress: 0,
        gtid: 1,
        sync: 1,
        flush: 1,
        bind: '127.0.0.1',
      });
    },
  );
});

describe('secrets', () => {
  const passwords = readdirSync(secretsFolder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('.'))
    .map((entry) => readFileSync(join(secretsFolder, entry.name), 'utf8').trim());

  test('are at least ten, and each is in a file for the owner only', async () => {
    expect(passwords.length).toBeGreaterThanOrEqual(10);
    for (const entry of await readdir(secretsFolder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect.soft(mode & 0o077, entry.name).toBe(0);
    }
  });

  test('are in no command line and no environment of any process', async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    let seen = 0;
    for (const pid of pids) {
      for (const part of ['cmdline', 'environ']) {
        const text = await readFile(`/proc/${pid}/${part}`, 'utf8').catch(() => '');
        if (text.includes(endpoints.home)) seen++;
        expect(passwords.filter((password) => text.includes(password))).toEqual([]);
      }
    }
    expect(seen, 'processes of this stack were looked at').toBeGreaterThan(4);
  });

  test('are in no log and in no file outside of the secrets folder', async () => {
    const files = ['endpoints.json', 'state.json', 'ports.json'].map((name) =>
      join(endpoints.home, name),
    );
    const logs = join(endpoints.home, 'logs');
    for (const name of await readdir(logs)) files.push(join(logs, name));
    for (const file of files) {
      const text = await readFile(file, 'utf8');
      expect.soft(text.length, file).toBeGreaterThan(0);
      expect
        .soft(
          passwords.filter((password) => text.includes(password)),
          file,
        )
        .toEqual([]);
    }
  });
});
