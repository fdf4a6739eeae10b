/** `civicbus plan -f agreements/` with the real broker and a control database of its own. Changes no broker. */
import { randomUUID } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { pairNames } from '../../../bus/agreement/agreement.ts';
import { BUS_ORG } from '../../../bus/agreement/lifecycle/verbs.ts';
import { readSigningKey } from '../../../bus/agreement/signature/keys.ts';
import { Lifetime } from '../../../bus/base/lifecycle.ts';
import { silentLog } from '../../../bus/base/log.ts';
import { bringAbout } from '../../../bus/control/act.ts';
import { putDeployment } from '../../../bus/control/deployments.ts';
import { controlUsers } from '../../../bus/control/install.ts';
import { readLines } from '../../../bus/control/list.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import { AGREEMENTS_FOLDER, loadWorld } from '../../../cli/agreements/world.ts';
import type { ShownStep } from '../../../cli/apply/shown-step.ts';
import { PROJECT_FOLDER } from '../../../cli/globals.ts';
import { createStackAccess } from '../../../cli/stack/access.ts';
import { openControl, orgKeyPath } from '../../../cli/stack/control.ts';
import { testStack } from '../../support/env.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { answerOf, civicbus, type Ran } from '../run-command.ts';
import { dropUser } from '../../support/drop-user.ts';

const NAME = 'housing-sales-to-local-tax';
const stack = await testStack('cliplan');
const server = await stack.openSql('hub');
const folder = join(scratchFolder(), 'plan');
const agreements = join(folder, 'agreements');
const file = join(agreements, NAME, 'agreement.yaml');
const endpoints = {
  ...stack.endpoints,
  home: join(folder, 'stack'),
  controlDatabase: `${stack.prefix}_control`,
};
await mkdir(endpoints.home, { recursive: true });
await cp(AGREEMENTS_FOLDER, agreements, { recursive: true });
stack.atEnd(async () => {
  await server.execute(`DROP DATABASE IF EXISTS \`${endpoints.controlDatabase}\``);
  for (const user of Object.values(controlUsers(endpoints.controlDatabase)))
    await dropUser(server, user);
});

const id = randomUUID();
type Document = Record<string, unknown> & { purpose: { text: string }; scope: { rows: string } };

async function rewrite(change: (document: Document) => void): Promise<void> {
  const document = parse(await readFile(file, 'utf8')) as Document;
  change(document);
  await writeFile(file, stringify(document, { defaultStringType: 'QUOTE_SINGLE' }));
}

const run = (...args: string[]): Promise<Ran> =>
  civicbus(args, { endpointsOf: () => Promise.resolve(endpoints) });

async function done(...args: string[]): Promise<void> {
  const ran = await run(...args);
  expect(ran.exit, ran.stderr).toBe(0);
}

/** As the reconciler would have it, without touching the broker. */
async function putInForce(): Promise<void> {
  await using lifetime = new Lifetime(silentLog);
  const access = createStackAccess(endpoints, { lifetime, log: silentLog });
  const control = await openControl(access, await loadWorld(agreements));
  const always = { ...control.checks, isAuditWritable: async () => true };
  const [line] = await readLines(control.db);
  const { version, contentHash } = line!;
  const pair = { agreement: { id, version } } as unknown as CompiledPair;
  const ids = { keySchemaId: 1, valueSchemaId: 2, generation: 1 };
  await putDeployment(control.db, { agreementId: id, version, contentHash, pair, ...ids });
  const key = await readSigningKey(orgKeyPath(access, BUS_ORG));
  await bringAbout(
    { ...control, checks: always },
    { agreementId: id, version, verb: 'activate', key },
  );
}

async function planned() {
  const ran = await run('plan', '-f', agreements, '--exit-code', '-o', 'json');
  const { items, warnings } = answerOf<ShownStep>(ran);
  const steps = items.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
  return { exit: ran.exit, items, steps, warnings };
}

test('a plan of agreements follows what was filed, and the files are only compared with it', async () => {
  await rewrite((document) => {
    document['id'] = id;
  });
  const names = pairNames(id);
  const before = await planned();
  expect(before.steps.filter((step) => step.includes(id))).toEqual([]);
  expect(before.warnings).toContainEqual(
    expect.stringContaining(`${NAME} 1.0.0 was not submitted yet`),
  );

  await done('submit', 'agreement', '-f', file);
  expect((await planned()).warnings).toContainEqual(
    expect.stringContaining(`${NAME} 1.0.0 is requested: nothing of it is deployed.`),
  );

  await done('approve', 'agreement', NAME);
  await done('sign', 'agreement', NAME, '--as', 'BJ-DSJ');
  await done('sign', 'agreement', NAME, '--as', 'BJ-ZJW');
  await done('file', 'agreement', NAME, '--number', '2026-1');
  const filed = await planned();
  expect(filed.exit, 'something would change').toBe(3);
  expect(filed.steps.filter((step) => step.includes(id) || step.includes(NAME))).toEqual([
    `create topic ${names.topic}`,
    `create topic ${names.receiptTopic}`,
    `create user ${names.user}`,
    `create grant READ group ${names.group} -> User:${names.user}`,
    `create grant WRITE topic ${names.receiptTopic} -> User:${names.user}`,
    `create grant WRITE topic ${names.topic} -> User:gateway`,
    `create grant READ topic ${names.receiptTopic} -> User:gateway`,
    `create deployment ${NAME} 1.0.0`,
  ]);
  expect(filed.warnings.filter((line) => line.includes(NAME))).toEqual([]);

  await rewrite((document) => {
    document.purpose.text = 'Something else that nobody has signed.';
  });
  const differing = await planned();
  expect(differing.steps).toEqual(filed.steps);
  expect(differing.warnings).toContainEqual(
    expect.stringMatching(/1\.0\.0 is not the content that is filed .* a change is a new version/),
  );

  await rewrite((document) => {
    document.scope.rows = "row.nowhere == 'x'";
  });
  const broken = await run('plan', '-f', agreements);
  expect(broken.exit, broken.stderr).toBe(6);
  expect(broken.stderr).toMatch(/nowhere/);
});

test('a view may not lose what a pair in force delivers', async () => {
  await putInForce();
  const view = join(folder, 'view.yaml');
  const source = await readFile(join(PROJECT_FOLDER, 'consumers/property/view.yaml'), 'utf8');
  const lost = source.replace(/^ +- \{ name: contract_area.*\n/m, '');
  expect(lost).not.toBe(source);
  await writeFile(view, lost);
  const refused = await run('plan', '-f', view);
  expect(refused.exit, refused.stderr).toBe(6);
  expect(refused.stderr).toMatch(/could no longer be delivered\. .*has no field contract_area/s);
});
