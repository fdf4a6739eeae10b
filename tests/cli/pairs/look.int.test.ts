/** explain, preview's refusal and verify pair as commands, on a deployed daily pair whose copy the test keeps. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ensureOrgKeys } from '../../../bus/agreement/signature/keys.ts';
import { newSecret, writeSecretFile } from '../../../bus/base/secrets.ts';
import { putDeployment } from '../../../bus/control/deployments.ts';
import { controlUsers, installControl } from '../../../bus/control/install.ts';
import { bindPair, topicColumns } from '../../../bus/pair/gateway/bound-pair.ts';
import { openKeyStore } from '../../../bus/pair/key-store.ts';
import { hubMoments } from '../../../bus/pair/gateway/hub-moment.ts';
import { hubRow } from '../../../bus/pair/look/hub-rows.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import { keyScopesOf, pairTools } from '../../../bus/pair/pair-tools.ts';
import { dialectOf } from '../../../bus/pair/subscriber/dialect.ts';
import { layoutText, type Layout } from '../../../bus/pair/subscriber/layout.ts';
import {
  noteSubscription,
  updateSubscription,
} from '../../../bus/pair/subscriber/subscription-store.ts';
import {
  createCopy,
  createOwnTables,
  MANIFEST_TABLE,
} from '../../../bus/pair/subscriber/tables.ts';
import { openDatabase } from '../../../bus/sql/mysql/mysql-database.ts';
import { capturedHub } from '../../connectors/hub/captured-hub.ts';
import { testStack } from '../../support/env.ts';
import { dailyPersons } from '../../support/pair/daily-persons.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { answerOf, civicbus, type Ran } from '../run-command.ts';
import { dropUser } from '../../support/drop-user.ts';

const stack = await testStack('clilook');
const hub = await stack.openSql('hub');
const home = join(scratchFolder(), 'stack');
const secrets = join(home, 'secrets');
const controlDatabase = `${stack.prefix}_control`;
const endpoints = { ...stack.endpoints, home, controlDatabase };
const { host, port, root } = stack.endpoints.databases.hub;
const administrator = { host, port, user: root.user, password: await stack.password(root) };
const captured = await capturedHub(stack);
const { view } = captured;
const NAME = 'looked-at';
const TODAY = new Date().toISOString().slice(0, 10);
const copy = await stack.newDatabase('subscribers', 'copy');
const configFile = join(home, 'subscriber.yaml');
const keys = openKeyStore(join(secrets, 'mask-keys'));

const run = (...args: string[]): Promise<Ran> =>
  civicbus(args, { endpointsOf: () => Promise.resolve(endpoints) });

beforeAll(async () => {
  stack.atEnd(async () => {
    await hub.execute(`DROP DATABASE IF EXISTS \`${controlDatabase}\``);
    for (const user of Object.values(controlUsers(controlDatabase))) await dropUser(hub, user);
  });
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  await ensureOrgKeys(join(secrets, 'org-keys'), ['BJ-GAJ', 'BJ-ZFB', 'BJ-JXJ', 'BJ-DSJ']);
  const people = [
    ['1', '王一', '10.00', 'alive'],
    ['2', '李二', '9.99', 'alive'],
  ];
  await hub.execute(
    `INSERT INTO \`${view.database}\`.person__rows (id_number, name, income, identity__status, identity__there) VALUES ?`,
    [people.map((one) => [...one, 1])],
  );
  await captured.apply();
  await captured.until('person__rows', 'the first copy', (rows) => rows.length >= people.length);
  const pair = dailyPersons(view, NAME);
  for (const scope of keyScopesOf(pair)) await keys.ensureKey(scope);
  await deployIt(pair);
  await fillCopy(pair);
  await configure(pair);
});

/** As the store keeps a pair in force; how it comes there is tested elsewhere. */
async function deployIt(pair: CompiledPair): Promise<void> {
  const { id, version, contentHash: hash } = pair.agreement;
  const users = controlUsers(controlDatabase);
  const login = async (user: string) => {
    const password = newSecret();
    await mkdir(join(secrets, 'hub-users'), { recursive: true });
    await writeSecretFile(join(secrets, 'hub-users', `${user}.password`), `${password}\n`);
    return { user, password };
  };
  await installControl({
    administrator,
    writer: await login(users.writer),
    reader: await login(users.reader),
    database: controlDatabase,
  });
  await hub.execute(
    `INSERT INTO \`${controlDatabase}\`.agreement_state (agreement_id, version, state, content_hash, since_ms) VALUES (?, ?, 'active', ?, 0)`,
    [id, version, hash],
  );
  const control = openDatabase({ ...administrator, database: controlDatabase });
  await putDeployment(control, {
    agreementId: id,
    version,
    contentHash: hash,
    pair,
    keySchemaId: 1,
    valueSchemaId: 2,
    generation: 1,
  });
  await control.close();
}

async function fillCopy(pair: CompiledPair): Promise<void> {
  const dialect = dialectOf('mariadb');
  const { id: agreementId, contentHash: hash } = pair.agreement;
  const columns = pair.fields.map(({ name, deliveredType }) => ({ name, type: deliveredType }));
  const layout: Layout = { contentHash: hash, columns, keyColumns: pair.keyFields };
  await createOwnTables(copy.sql, dialect);
  await noteSubscription(copy.sql, dialect, { agreementId, table: 'person' });
  await updateSubscription(copy.sql, agreementId, { layout: layoutText(layout), generation: 1 });
  await createCopy(copy.sql, { dialect, table: 'person', layout });
  const delivered = bindPair(pair, topicColumns([pair]), pairTools(keys));
  const { decision } = delivered.decide(null, await hubRow(hub, pair, ['1']));
  if (decision?.kind !== 'UPSERT') throw new Error('the row of 1 is delivered');
  await copy.sql.execute('INSERT INTO person VALUES (?)', [decision.row]);
  const cut = await hubMoments(hub).look(({ floor }) => Promise.resolve(floor.sequence));
  await copy.sql.execute(
    `INSERT INTO ${MANIFEST_TABLE} (agreement_id, cut_version, generation, day, manifest, hash, applied_at_ms) VALUES ?`,
    [[[agreementId, cut, 1, TODAY, '{}', '-', 0]]],
  );
}

async function configure({ agreement }: CompiledPair): Promise<void> {
  const at = stack.endpoints.databases.subscribers;
  const config = {
    kind: 'Subscriber',
    agreement: agreement.id,
    delivery: 'daily',
    kafka: { brokers: ['127.0.0.1:1'], passwordFile: 'none' },
    registry: { url: 'http://127.0.0.1:1', user: 'none', passwordFile: 'none' },
    database: {
      host: at.host,
      port: at.port,
      user: at.root.user,
      passwordFile: at.root.passwordFile,
      name: copy.database,
      table: 'person',
    },
    signing: { keyFile: 'none' },
  };
  await writeFile(configFile, stringify(config));
}

const explain = (key: string, ...flags: string[]): Promise<Ran> =>
  run('explain', 'row', NAME, key, '--config', configFile, '-o', 'json', ...flags);

describe('explain row', () => {
  test.each([
    ['1', 'BJ-GAJ', { verdict: 'delivered', copy: 'equal' }],
    ['1', 'BJ-ZFB', { verdict: 'delivered', copy: 'equal' }],
    ['2', 'BJ-JXJ', { verdict: 'out-of-rows', copy: 'absent' }],
    ['2', 'BJ-ZFB', { verdict: 'not-delivered', clauses: [], fields: [] }],
    ['none', 'BJ-ZFB', { verdict: 'not-delivered', clauses: [], fields: [] }],
    ['none', 'BJ-GAJ', { verdict: 'not-there', copy: 'unknown' }],
  ])('of %s to %s says %j', async (key, org, said) => {
    const ran = await explain(key, '--as', org);
    expect(ran, ran.stderr).toMatchObject({ exit: 0 });
    expect(answerOf(ran).items).toMatchObject([said]);
    expect(ran.stdout).not.toMatch(/[王李]/);
  });

  test('the subscriber cannot tell a row outside of the filter from one that is not there', async () => {
    const [outside, absent] = [
      await explain('2', '--as', 'BJ-ZFB'),
      await explain('none', '--as', 'BJ-ZFB'),
    ];
    expect(outside.stdout).toBe(absent.stdout);
  });

  test.each([
    ['a stranger', ['--as', 'BJ-DSJ']],
    ['nobody', []],
  ])('%s is refused', async (_who, flags) => {
    const ran = await explain('1', ...flags);
    expect(ran.exit).toBe(4);
    expect(ran.stderr).toContain('PAIR_LOOK_REFUSED');
  });

  test('reads as a table too', async () => {
    const ran = await run('explain', 'row', NAME, '2', '--as', 'BJ-GAJ');
    expect(ran.stdout).toMatch(/row\.income >= 10\.00 +no/);
    expect(ran.stdout).toMatch(/id_number +\S+ +hmac-sha256 +key/);
  });
});

describe('verify pair', () => {
  const verify = (...flags: string[]) =>
    run('verify', 'pair', NAME, '--config', configFile, ...flags);

  test('a daily copy is compared with the hub as it was at its cut', async () => {
    await captured.hub.execute("UPDATE person__rows SET name = '孙三' WHERE id_number = '1'");
    await captured.hub.execute("UPDATE person__rows SET income = 12 WHERE id_number = '2'");
    const ran = await verify();
    expect(ran, ran.stderr).toMatchObject({ exit: 0 });
    expect(ran.stdout).toMatch(/looked-at +EQUAL +1 +1 +0 +0/);
  });

  test('what was altered ends with 1, with token and columns and no value', async () => {
    await copy.sql.execute("UPDATE person SET name = '赵*'");
    const ran = await verify();
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toMatch(/[0-9a-f]{64} +different +name/);
    expect(ran.stdout).not.toContain('赵');
    expect(ran.stderr).toContain('PAIR_NOT_EQUAL');
  });

  test('a copy of which nothing is known is said to be absent', async () => {
    const ran = await run('verify', 'pair', NAME);
    expect(ran.exit).toBe(5);
    expect(ran.stderr).toContain('PAIR_COPY_ABSENT');
  });
});

test('a sample is shown to the provider only', async () => {
  const name = 'population-to-housing-security';
  const ran = await run('preview', 'agreement', name, '--sample', '2', '--as', 'BJ-ZFB');
  expect(ran.exit).toBe(4);
  expect(ran.stderr).toContain('PAIR_LOOK_REFUSED');
});
