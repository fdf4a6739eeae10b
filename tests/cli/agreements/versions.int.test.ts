/** A further version of an agreement that stands already: the linter knows the other one. */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AgreementContent } from '../../../bus/agreement/agreement.ts';
import { contentOf } from '../../../bus/agreement/document/agreement-schema.ts';
import { loadAgreement } from '../../../bus/agreement/document/load-agreement.ts';
import { Lifetime } from '../../../bus/base/lifecycle.ts';
import { silentLog } from '../../../bus/base/log.ts';
import { controlUsers } from '../../../bus/control/install.ts';
import type { Done } from '../../../cli/agreements/perform.ts';
import { AGREEMENTS_FOLDER, loadWorld } from '../../../cli/agreements/world.ts';
import { createStackAccess } from '../../../cli/stack/access.ts';
import { openControl } from '../../../cli/stack/control.ts';
import { testStack } from '../../support/env.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { answerOf, civicbus, type Ran } from '../run-command.ts';
import { dropUser } from '../../support/drop-user.ts';

const NAME = 'housing-sales-to-local-tax';
const stack = await testStack('cliver');
const admin = await stack.openSql('hub');
const scratch = scratchFolder();
const home = join(scratch, 'stack');
const folder = join(scratch, 'agreements');
await mkdir(home);
await cp(AGREEMENTS_FOLDER, folder, { recursive: true });
const file = join(folder, NAME, 'agreement.yaml');
const controlDatabase = `${stack.prefix}_control`;
const endpoints = { ...stack.endpoints, home, controlDatabase };
stack.atEnd(async () => {
  await admin.execute(`DROP DATABASE IF EXISTS \`${controlDatabase}\``);
  for (const user of Object.values(controlUsers(controlDatabase))) await dropUser(admin, user);
});

const run = (...args: string[]): Promise<Ran> =>
  civicbus(args, { endpointsOf: () => Promise.resolve(endpoints) });
const done = async (...args: string[]): Promise<readonly Done[]> => {
  const ran = await run(...args, '-o', 'json');
  expect(ran, ran.stderr).toMatchObject({ exit: 0 });
  return answerOf<Done>(ran).items;
};

/** Rules that the next version breaks, as they are asked when it is submitted. */
async function rulesFor(change: Partial<AgreementContent>): Promise<string[]> {
  const { value } = await loadAgreement(file);
  const next = { ...contentOf(value!), version: '1.1.0', ...change };
  const lifetime = new Lifetime();
  try {
    const access = createStackAccess(endpoints, { lifetime, log: silentLog });
    const { checks } = await openControl(access, await loadWorld(folder));
    return (await checks.lint(next)).map((problem) => problem.slice(0, 6));
  } finally {
    await lifetime.end();
  }
}

test('a version beside one that stands must name it, as it stands, with the same parties', async () => {
  await done('submit', 'agreement', '-f', file);
  expect(await rulesFor({}), 'nothing stands yet').toEqual([]);
  await done('approve', 'agreement', NAME);
  await done('sign', 'agreement', NAME, '--as', 'BJ-DSJ');
  await done('sign', 'agreement', NAME, '--as', 'BJ-ZJW');
  const [filed] = await done('file', 'agreement', NAME, '--number', '2026-1');
  const supersedes = { version: '1.0.0', contentHash: filed!.contentHash };
  const other = { orgId: 'BJ-ZFB', contact: [], signer: 'BJ-ZFB-1' };

  expect(await rulesFor({})).toEqual(['AGR073']);
  const altered = { ...supersedes, contentHash: `$1$${'A'.repeat(43)}` };
  expect(await rulesFor({ supersedes: altered })).toEqual(['AGR072']);
  expect(await rulesFor({ supersedes, subscriber: other })).toEqual(['AGR071']);
  expect(await rulesFor({ supersedes })).toEqual([]);
});
