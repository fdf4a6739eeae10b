/** describe agreement on the real control database: states, history, and what was altered behind it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { controlUsers } from '../../../bus/control/install.ts';
import type { AgreementHistory } from '../../../cli/agreements/history.ts';
import { AGREEMENTS_FOLDER } from '../../../cli/agreements/world.ts';
import { testStack } from '../../support/env.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { answerOf, civicbus, type Ran } from '../run-command.ts';
import { dropUser } from '../../support/drop-user.ts';

const NAME = 'legal-entities-to-xicheng';
const FILE = join(AGREEMENTS_FOLDER, NAME, 'agreement.yaml');
const stack = await testStack('clidesc');
const admin = await stack.openSql('hub');
const home = join(scratchFolder(), 'stack');
await mkdir(home);
const controlDatabase = `${stack.prefix}_control`;
const endpoints = { ...stack.endpoints, home, controlDatabase };
stack.atEnd(async () => {
  await admin.execute(`DROP DATABASE IF EXISTS \`${controlDatabase}\``);
  for (const user of Object.values(controlUsers(controlDatabase))) await dropUser(admin, user);
});

const run = (...args: string[]): Promise<Ran> =>
  civicbus(args, { endpointsOf: () => Promise.resolve(endpoints) });
const described = async () => {
  const ran = await run('describe', 'agreement', NAME, '-o', 'json');
  expect(ran, ran.stderr).toMatchObject({ exit: 0 });
  const { items, warnings } = answerOf<AgreementHistory>(ran);
  return { ...items[0]!, warnings };
};

test('an agreement that nobody has submitted has no history', async () => {
  expect(await described()).toMatchObject({ versions: [], events: [], faults: [], warnings: [] });
});

test('every event is shown with the states that it led from and to', async () => {
  expect(await run('submit', 'agreement', '-f', FILE)).toMatchObject({ exit: 0 });
  const { versions, events, warnings } = await described();
  expect(versions).toMatchObject([{ version: '1.0.0' }]);
  expect(events).toMatchObject([
    { verb: 'create', org: 'BJ-XC', role: 'subscriber', from: 'none', to: 'draft' },
    { verb: 'submit', org: 'BJ-XC', role: 'subscriber', from: 'draft', to: versions[0]!.state },
  ]);
  expect(warnings).toEqual([]);
  const { stdout } = await run('describe', 'agreement', NAME);
  expect(stdout).toMatch(/version 1\.0\.0 +\w+ since/);
  expect(stdout).toMatch(/submit +BJ-XC \(subscriber\) +draft → /);
});

test('a document that was altered in the database is told', async () => {
  await admin.execute(
    `UPDATE \`${controlDatabase}\`.agreement_document SET content = REPLACE(content, '110102', '110101')`,
  );
  const { faults, warnings } = await described();
  expect(faults).toHaveLength(1);
  expect(warnings).toEqual([expect.stringContaining('not as it was signed')]);
});
