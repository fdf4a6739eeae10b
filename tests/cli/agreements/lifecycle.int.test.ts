import { randomUUID } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { AgreementHistory } from '../../../cli/agreements/history.ts';
import type { AgreementListItem } from '../../../cli/agreements/list-item.ts';
import type { Done } from '../../../cli/agreements/perform.ts';
import { AGREEMENTS_FOLDER, loadWorld } from '../../../cli/agreements/world.ts';
import { createStackAccess } from '../../../cli/stack/access.ts';
import { openControl, orgKeyPath } from '../../../cli/stack/control.ts';
import { BUS_ORG } from '../../../bus/agreement/lifecycle/verbs.ts';
import { readSigningKey } from '../../../bus/agreement/signature/keys.ts';
import { EXIT } from '../../../bus/base/codes/code.ts';
import { Lifetime } from '../../../bus/base/lifecycle.ts';
import { silentLog } from '../../../bus/base/log.ts';
import { bringAbout } from '../../../bus/control/act.ts';
import { putDeployment } from '../../../bus/control/deployments.ts';
import { controlUsers } from '../../../bus/control/install.ts';
import { readAgreement } from '../../../bus/control/record.ts';
import { gatewayTopics } from '../../../bus/pair/access.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import { testStack } from '../../support/env.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { answerOf, civicbus, type Ran } from '../run-command.ts';
import { dropUser } from '../../support/drop-user.ts';

const NAME = 'housing-sales-to-local-tax';
const stack = await testStack('clilife');
const admin = await stack.openSql('hub');
const scratch = scratchFolder();

type Document = Record<string, unknown> & {
  purpose: { text: string };
  scope: { backfill: string };
  validity: { notBefore: string; notAfter: string };
};

/** A stack folder of its own over the same servers: own control database, own secrets. */
async function place(name: string) {
  const folder = join(scratch, name);
  const home = join(folder, 'stack');
  const agreements = join(folder, 'agreements');
  await mkdir(home, { recursive: true });
  await cp(AGREEMENTS_FOLDER, agreements, { recursive: true });
  const controlDatabase = `${stack.prefix}_${name}`;
  const endpoints = { ...stack.endpoints, home, controlDatabase };
  stack.atEnd(async () => {
    await admin.execute(`DROP DATABASE IF EXISTS \`${controlDatabase}\``);
    for (const user of Object.values(controlUsers(controlDatabase))) await dropUser(admin, user);
  });
  const file = join(agreements, NAME, 'agreement.yaml');
  const write = async (change: (document: Document) => void, to = file) => {
    const document = parse(await readFile(file, 'utf8')) as Document;
    change(document);
    await writeFile(to, stringify(document, { defaultStringType: 'QUOTE_SINGLE' }));
    return to;
  };
  const run = (...args: string[]): Promise<Ran> =>
    civicbus(args, { endpointsOf: () => Promise.resolve(endpoints) });
  const done = async (...args: string[]): Promise<Done[]> => {
    const ran = await run(...args, '-o', 'json');
    expect(ran, ran.stderr).toMatchObject({ exit: 0 });
    return answerOf<Done>(ran).items as Done[];
  };
  await write((document) => {
    document['id'] = randomUUID();
  });
  return { home, controlDatabase, file, run, done, write, secretsFolder: join(home, 'secrets') };
}

type Place = Awaited<ReturnType<typeof place>>;

async function listed({ run }: Place, ...flags: string[]): Promise<AgreementListItem[]> {
  return [
    ...answerOf<AgreementListItem>(await run('get', 'agreements', '-o', 'json', ...flags)).items,
  ];
}

describe('civicbus submit, approve, sign, file … agreement', () => {
  test('an agreement goes from its file to the register, each step by those whose turn it is', async () => {
    const at = await place('way');
    const { done, run, file } = at;
    const empty = await run('get', 'agreements');
    expect(empty.stdout).toContain('No agreement yet');
    const unknown = await run('revoke', 'agreement', NAME, '--reason', 'r');
    expect(unknown, 'asking makes nothing').toMatchObject({ exit: 5 });
    const [made] = await admin.query('SHOW DATABASES LIKE ?', [at.controlDatabase]);
    expect(made).toBeUndefined();
    expect(await done('submit', 'agreement', '-f', file)).toMatchObject([
      { verb: 'create', org: 'BJ-DSJ', was: 'none', state: 'draft' },
      { verb: 'submit', org: 'BJ-DSJ', was: 'draft', state: 'requested' },
    ]);
    expect(await listed(at)).toMatchObject([
      { name: NAME, state: 'requested', due: { who: 'authority', isOverdue: false } },
    ]);
    expect(await done('approve', 'agreement', NAME)).toMatchObject([
      { org: 'BJ-JXJ', state: 'under-review' },
    ]);
    const unsaid = await run('sign', 'agreement', NAME);
    expect(unsaid.exit, 'two could sign').toBe(2);
    expect(unsaid.stderr).toMatch(/BJ-DSJ, BJ-ZJW.*LIFECYCLE_ACTOR_NEEDED/s);
    expect(await done('sign', 'agreement', NAME, '--as', 'BJ-DSJ')).toMatchObject([
      { state: 'under-review' },
    ]);
    const key = orgKeyPath(at, 'BJ-ZJW');
    expect(await done('sign', 'agreement', NAME, '--key', key)).toMatchObject([
      { org: 'BJ-ZJW', state: 'agreed' },
    ]);
    expect(await done('file', 'agreement', NAME, '--number', '2026-1')).toMatchObject([
      { org: 'BJ-JXJ', was: 'agreed', state: 'filed' },
    ]);
    const table = await run('get', 'agreements');
    expect(table.stdout).toMatch(/housing-sales-to-local-tax +1\.0\.0 +FILED .* BJ-ZJW → BJ-DSJ/);
  });

  test.each<[string, readonly string[], number, RegExp]>([
    [
      'the state does not allow it',
      ['suspend', 'agreement', NAME, '--as', 'BJ-ZJW', '--reason', 'r'],
      6,
      /is requested: "suspend" is impossible.*Possible now: .*approve \(authority\)/s,
    ],
    [
      'it is not this organization’s to do',
      ['approve', 'agreement', NAME, '--as', 'BJ-ZJW'],
      4,
      /"approve" is for the authority, and BJ-ZJW is none of them/,
    ],
    [
      'there is no such agreement',
      ['approve', 'agreement', 'nothing'],
      5,
      /no agreement "nothing"/,
    ],
    [
      'there is no such version',
      ['approve', 'agreement', `${NAME}@9.0.0`],
      5,
      /no version .*\(1\.0\.0\)/,
    ],
    ['a reason is asked for', ['reject', 'agreement', NAME], 2, /--reason/],
    [
      'the reason is empty',
      ['reject', 'agreement', NAME, '--reason', ' '],
      6,
      /has to wait, because a reason has to be given/,
    ],
    [
      'the key is nobody’s',
      ['approve', 'agreement', NAME, '--key', 'nowhere.jwk'],
      2,
      /nowhere\.jwk/,
    ],
  ])('%s: refused', async (_what, args, exit, shown) => {
    const { run } = await refused;
    const ran = await run(...args);
    expect(ran.stderr).toMatch(shown);
    expect(ran.exit).toBe(exit);
    expect(ran.stdout).toBe('');
  });

  test('what the linter calls an error cannot be submitted', async () => {
    const { run, write } = await place('lint');
    const file = await write((document) => {
      document.validity.notAfter = document.validity.notBefore;
    });
    const ran = await run('submit', 'agreement', '-f', file);
    expect(ran.exit).toBe(6);
    expect(ran.stderr).toMatch(
      /"submit" has to wait, because the agreement has \d+ error\(s\): AGR/,
    );
  });

  test('a counter-proposal has to be answered, and makes signatures void', async () => {
    const at = await place('counter');
    const { done, run, file, write } = at;
    await done('submit', 'agreement', '-f', file);
    await done('approve', 'agreement', NAME);
    await done('sign', 'agreement', NAME, '--as', 'BJ-DSJ');
    const same = await run('counter', 'agreement', NAME, '-f', file, '--reason', 'r');
    expect(same.exit).toBe(6);
    const other = await write((document) => {
      document.purpose.text = 'Clearance of land value-added tax, once for each project.';
    }, `${file}.other.yaml`);
    const counter = ['counter', 'agreement', NAME, '-f', other, '--reason', 'narrower purpose'];
    expect(await done(...counter)).toMatchObject([{ org: 'BJ-ZJW', state: 'countered' }]);
    expect(await done('sign', 'agreement', NAME)).toMatchObject([
      { org: 'BJ-DSJ', state: 'under-review' },
    ]);
    expect(await done('sign', 'agreement', NAME, '--as', 'BJ-ZJW')).toMatchObject([
      { state: 'agreed' },
    ]);
  });

  test('in force: held, let go again, renewed, and ended; every step is told by name', async () => {
    const at = await place('force');
    const { done, run, home, controlDatabase } = at;
    await at.write((document) => {
      document.validity.notBefore = '2026-01-01T00:00:00+08:00';
    });
    await done('submit', 'agreement', '-f', at.file);
    await done('approve', 'agreement', NAME);
    for (const org of ['BJ-DSJ', 'BJ-ZJW']) await done('sign', 'agreement', NAME, '--as', org);
    await done('file', 'agreement', NAME, '--number', '2026-1');
    await activate({ home, controlDatabase });
    const because = ['--reason', 'the purpose is in doubt'];
    await done('suspend', 'agreement', NAME, '--as', 'BJ-ZJW', ...because);
    expect((await listed(at))[0]).toMatchObject({ state: 'suspended', reason: because[1] });
    const other = await run('resume', 'agreement', NAME, '--as', 'BJ-DSJ', '--reason', 'r');
    expect(other.exit, 'only who suspended it').toBe(4);
    expect(await done('resume', 'agreement', NAME, '--as', 'BJ-ZJW', ...because)).toMatchObject([
      { was: 'suspended', state: 'active' },
    ]);
    await done('suspend', 'agreement', NAME, '--as', 'BJ-DSJ', ...because);
    const resync = await run('resync', 'agreement', NAME, '--reason', 'r');
    expect(resync.stderr).toContain('LIFECYCLE_NOT_ACTIVE');
    expect(
      await done('revoke', 'agreement', `${NAME}@1.0.0`, '--as', 'BJ-DSJ', ...because),
    ).toEqual([expect.objectContaining({ was: 'suspended', state: 'revoked' })]);
    const verified = await run('verify', 'agreement', NAME, '-o', 'json');
    expect(answerOf(verified).items).toMatchObject([{ events: 11, faults: [] }]);
    await admin.execute(`UPDATE ${controlDatabase}.agreement_state SET state = 'active'`);
    const altered = await run('verify', 'agreement');
    expect(altered).toMatchObject({ exit: 1, stderr: expect.stringContaining('NOT_AS_SIGNED') });
    expect(altered.stdout).toContain('revoked by its events');
  });

  test('a renewal is a new version with a later end, to be reviewed like any other', async () => {
    const at = await place('renew');
    const { done, run, home, controlDatabase } = at;
    await at.write((document) => {
      document.validity.notBefore = '2026-01-01T00:00:00+08:00';
    });
    await done('submit', 'agreement', '-f', at.file);
    const early = await run('renew', 'agreement', NAME, '--until', '2030-01-01T00:00:00+08:00');
    expect(early.stderr).toContain('LIFECYCLE_NOT_RENEWABLE');
    await done('approve', 'agreement', NAME);
    for (const org of ['BJ-DSJ', 'BJ-ZJW']) await done('sign', 'agreement', NAME, '--as', org);
    await done('file', 'agreement', NAME, '--number', '2026-1');
    await activate({ home, controlDatabase });
    await copiesAreAskedFor(at);
    const until = ['--until', '2030-01-01T00:00:00+08:00'];
    expect(await done('renew', 'agreement', NAME, ...until)).toMatchObject([
      { verb: 'create', version: '1.1.0', state: 'draft' },
      { verb: 'submit', version: '1.1.0', state: 'requested' },
    ]);
    expect(await listed(at)).toMatchObject([
      { version: '1.1.0', state: 'requested', notAfter: until[1] },
      { version: '1.0.0', state: 'active' },
    ]);
    const twice = await run('renew', 'agreement', NAME, ...until);
    expect(twice.stderr).toMatch(/1\.1\.0 is requested; one proposal at a time/);
  });

  test('without backfill a new copy is an empty one: it is asked for twice, and a renewal says so', async () => {
    const at = await place('nofill');
    const { done, run, home, controlDatabase } = at;
    await at.write((document) => {
      document.validity.notBefore = '2026-01-01T00:00:00+08:00';
      document.scope.backfill = 'none';
    });
    await done('submit', 'agreement', '-f', at.file);
    await done('approve', 'agreement', NAME);
    for (const org of ['BJ-DSJ', 'BJ-ZJW']) await done('sign', 'agreement', NAME, '--as', org);
    await done('file', 'agreement', NAME, '--number', '2026-1');
    await activate({ home, controlDatabase });
    const resync = ['resync', 'agreement', NAME, '--reason', 'r'];
    const refused = await run(...resync);
    expect(refused).toMatchObject({ exit: EXIT.rejected });
    expect(refused.stderr).toContain('LIFECYCLE_COPY_WOULD_BE_EMPTY');
    const asked = await run(...resync, '--empty', '-o', 'json');
    expect(answerOf(asked).items, 'the refusal asked for nothing').toMatchObject([
      { generation: 2 },
    ]);
    const renewed = await run('renew', 'agreement', NAME, '--until', '2030-01-01T00:00:00+08:00');
    expect(renewed.stderr).toMatch(/copy is emptied when 1\.1\.0 comes into force/);
  });

  test('a control database of an older civicbus is brought up to date by the first command', async () => {
    const { run, done, file, controlDatabase } = await place('older');
    await done('submit', 'agreement', '-f', file);
    const { writer } = controlUsers(controlDatabase);
    for (const host of ['127.0.0.1', 'localhost'])
      await admin.execute(
        `REVOKE SELECT, INSERT ON \`${controlDatabase}\`.resync FROM '${writer}'@'${host}'`,
      );
    await admin.execute(`DROP TABLE \`${controlDatabase}\`.resync`);
    await admin.execute(
      `DELETE FROM \`${controlDatabase}\`.civicbus_migration WHERE name = '005-resyncs'`,
    );
    const described = await run('describe', 'agreement', file, '-o', 'json');
    expect(described, described.stderr).toMatchObject({ exit: 0 });
    expect(answerOf<AgreementHistory>(described).items).toMatchObject([
      { events: [{ verb: 'create' }, { verb: 'submit' }], resyncs: [], faults: [] },
    ]);
  });

  test('a second stack user without the private key can do nothing in an organization’s name', async () => {
    const at = await place('keyless');
    await at.done('submit', 'agreement', '-f', at.file);
    const stranger = await place('stranger');
    await stranger.done('submit', 'agreement', '-f', stranger.file);
    const foreign = orgKeyPath(stranger, 'BJ-JXJ');
    const ran = await at.run('approve', 'agreement', NAME, '--key', foreign);
    // Its key has the same name and is another key.
    expect(ran.stderr).toContain('AGREEMENT_SIGNATURE_INVALID');
    expect(await listed(at)).toMatchObject([{ state: 'requested' }]);
  });
});

/** Nobody asks for a whole copy without a reason, or in the name of one whose key he lacks; who did is shown. */
async function copiesAreAskedFor({ run, file, secretsFolder }: Place): Promise<void> {
  const resync = (...args: string[]) => run('resync', 'agreement', NAME, ...args, '-o', 'json');
  expect(await resync(), 'a reason is needed').toMatchObject({ exit: EXIT.usage });
  const empty = await resync('--reason', ' ');
  expect(empty).toMatchObject({ exit: EXIT.rejected, stderr: expect.stringContaining('reason') });
  const stranger = await resync('--reason', 'r', '--as', 'BJ-XC');
  expect(stranger).toMatchObject({ exit: EXIT.notPermitted });
  expect(stranger.stderr).toContain('LIFECYCLE_NOT_PERMITTED');
  const key = orgKeyPath({ secretsFolder }, 'BJ-ZJW');
  const other = await resync('--reason', 'r', '--as', 'BJ-DSJ', '--key', key);
  expect(other.stderr).toContain('LIFECYCLE_SIGNER_WRONG');
  const asked = [
    { org: 'CIVICBUS', reason: 'rows were lost', generation: 2 },
    { org: 'BJ-DSJ', reason: 'the copy was altered', generation: 3 },
  ];
  const [first, second] = [
    await resync('--reason', asked[0]!.reason),
    await resync('--reason', asked[1]!.reason, '--as', 'BJ-DSJ'),
  ];
  expect(answerOf(first).items).toMatchObject([{ version: '1.0.0', ...asked[0] }]);
  expect(answerOf(second).items).toMatchObject([{ version: '1.0.0', ...asked[1] }]);
  const described = await run('describe', 'agreement', file, '-o', 'json');
  expect(answerOf<AgreementHistory>(described).items[0]!.resyncs).toMatchObject(asked);
  const { stdout } = await run('describe', 'agreement', file);
  expect(stdout).toMatch(/resync +BJ-DSJ +whole copy 3 +the copy was altered/);
}

/** What reconciler and gateway do: the version is deployed, the audit topic is there, and the bus puts it in force. */
async function activate({
  home,
  controlDatabase,
}: {
  readonly home: string;
  readonly controlDatabase: string;
}): Promise<void> {
  const lifetime = new Lifetime();
  const endpoints = { ...stack.endpoints, home, controlDatabase };
  const access = createStackAccess(endpoints, { lifetime, log: silentLog });
  await (await access.admin()).createTopics(gatewayTopics({ replication: 1 }));
  const control = await openControl(access, await loadWorld());
  const { agreementId, chain } = await readAgreement(control.db, NAME);
  const line = chain.lines.get('1.0.0')!;
  await putDeployment(control.db, {
    agreementId,
    version: line.version,
    contentHash: line.contentHash,
    pair: {} as CompiledPair,
    keySchemaId: 1,
    valueSchemaId: 2,
    generation: 1,
  });
  const key = await readSigningKey(orgKeyPath(access, BUS_ORG));
  await bringAbout(control, { agreementId, version: line.version, verb: 'activate', key });
  await lifetime.end();
}

const refused = (async () => {
  const at = await place('refused');
  await at.done('submit', 'agreement', '-f', at.file);
  return at;
})();
