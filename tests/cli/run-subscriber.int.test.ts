import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ensureOrgKeys, orgKeyFile } from '../../bus/agreement/signature/keys.ts';
import { newSecret, writeSecretFile } from '../../bus/base/secrets.ts';
import { dialectOf } from '../../bus/pair/subscriber/dialect.ts';
import { installSubscriberDatabase } from '../../consumers/subscriber/install.ts';
import { testStack, type DatabaseRole } from '../support/env.ts';
import { copyRows } from '../support/pair/copy-rig.ts';
import { realPairs, type RealPair } from '../support/pair/real-pair.ts';
import { scratchFolder } from '../support/scratch.ts';
import { civicbus } from './run-command.ts';

const stack = await testStack('clisub');
const folder = scratchFolder();
const newPair = await realPairs(stack, () => randomUUID());
await ensureOrgKeys(folder, ['BJ-DSJ']);

let serial = 0;

/** Everything a subscriber has: a file, four secrets, a database of its own. */
async function subscriberOf(
  pair: RealPair,
  role: Extract<DatabaseRole, 'subscribers' | 'registers'>,
) {
  const engine = role === 'registers' ? 'postgresql' : 'mariadb';
  const server =
    role === 'registers' ? stack.endpoints.postgres[role] : stack.endpoints.databases[role];
  const { host, port, root } = server;
  const database = `${stack.prefix}_x${++serial}`;
  const administrator = {
    engine,
    host,
    port,
    user: root.user,
    password: await stack.password(root),
  } as const;
  const asRoot = await stack.openSql(role);
  const user = `u_${database}`;
  const password = newSecret();
  await installSubscriberDatabase(administrator, { database, user, password });
  stack.atEnd(async () => {
    if (role === 'registers') {
      await asRoot.execute(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      await asRoot.execute(`DROP ROLE IF EXISTS ${user}`);
    } else {
      await asRoot.execute(`DROP DATABASE IF EXISTS ${database}`);
      for (const from of ['127.0.0.1', 'localhost'])
        await asRoot.execute(`DROP USER IF EXISTS '${user}'@'${from}'`);
    }
  });
  await writeSecretFile(join(folder, `${engine}.kafka`), pair.as.password);
  await writeSecretFile(join(folder, `${engine}.database`), password);
  const { registry, kafka } = stack.endpoints;
  const file = join(folder, `${engine}.yaml`);
  await writeFile(
    file,
    stringify({
      kind: 'Subscriber',
      agreement: pair.agreementId,
      delivery: 'realtime',
      kafka: { brokers: [...kafka.brokers], passwordFile: `${engine}.kafka` },
      registry: {
        url: registry.url,
        user: registry.reader.user,
        passwordFile: registry.reader.passwordFile,
      },
      database: {
        engine,
        host,
        port,
        user,
        passwordFile: `${engine}.database`,
        name: database,
        table: 'sale',
      },
      signing: { keyFile: orgKeyFile(folder, 'BJ-DSJ') },
    }),
  );
  const own = await stack.openSql(role, { database, as: { user, password } });
  return { file, rows: () => copyRows(own, dialectOf(engine), 'sale') };
}

test.each(['subscribers', 'registers'] as const)(
  'a subscriber with its own rights only, on %s: copies, ends when asked, goes on where it was, purges',
  async (role) => {
    const pair = await newPair(2);
    const { file, rows } = await subscriberOf(pair, role);
    for (let n = 0; n < 20; n++) pair.feed.truth.set(`k${n}`, [`k${n}`, 'x', n]);
    pair.feed.backfill();
    await pair.flush();
    const asked = new AbortController();
    const interrupts = { graceful: () => asked.signal, cause: 'SIGTERM' } as const;
    const statusFile = join(folder, `${role}.status`);
    const args = ['run', 'subscriber', '--config', file, '--agreement', pair.agreementId];
    const first = civicbus([...args, '--status-file', statusFile], { interrupts });
    await expect
      .poll(async () => (await rows().catch(() => new Map())).size, { timeout: 20_000 })
      .toBe(20);
    await expect
      .poll(async () => JSON.parse(await readFile(statusFile, 'utf8')) as object, {
        timeout: 20_000,
      })
      .toMatchObject({ figures: { rowsInCopy: 20, faults: 0, refused: 0 } });
    asked.abort();
    expect((await first).exit).toBe(0);

    pair.feed.change('k1', null);
    pair.feed.over();
    await pair.flush();
    expect((await civicbus(args)).exit).toBe(0);
    expect((await rows()).size).toBe(0);
    // Once more: there is nothing to do and nothing to say.
    expect((await civicbus(args)).exit).toBe(0);
  },
);

test('a file of another agreement is refused before anything is opened', async () => {
  const pair = await newPair(1);
  const { file } = await subscriberOf(pair, 'subscribers');
  const { exit, stderr } = await civicbus([
    'run',
    'subscriber',
    '--config',
    file,
    '--agreement',
    'other',
  ]);
  expect(exit).toBe(6);
  expect(stderr).toContain(`The configuration is of agreement ${pair.agreementId}`);
});
