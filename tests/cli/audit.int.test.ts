/** civicbus audit as commands, on an archive of the test's own over the shared servers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSigningKey } from '../../bus/agreement/signature/keys.ts';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import { silentLog } from '../../bus/base/log.ts';
import { controlUsers } from '../../bus/control/install.ts';
import { Archive } from '../../bus/pair/audit/archive.ts';
import type { FileReport } from '../../bus/pair/audit/verify-archive.ts';
import { loadWorld } from '../../cli/agreements/world.ts';
import { createStackAccess } from '../../cli/stack/access.ts';
import { archiveFolder, ensureControl, orgKeyPath } from '../../cli/stack/control.ts';
import { testStack } from '../support/env.ts';
import { auditText } from '../support/pair/audit-world.ts';
import { scratchFolder } from '../support/scratch.ts';
import { answerOf, civicbus } from './run-command.ts';
import { dropUser } from '../support/drop-user.ts';

const stack = await testStack('cliaudit');
const home = join(scratchFolder(), 'stack');
const controlDatabase = `${stack.prefix}_control`;
const endpoints = { ...stack.endpoints, home, controlDatabase };
const hub = await stack.openSql('hub');
const FILE = '000001-2026-11-22.jsonl';
const MS = Date.parse('2026-11-22T08:00:00Z');
let folder: string;

const run = (...args: string[]) =>
  civicbus(['audit', ...args], { endpointsOf: () => Promise.resolve(endpoints) });

beforeAll(async () => {
  stack.atEnd(async () => {
    await hub.execute(`DROP DATABASE IF EXISTS \`${controlDatabase}\``);
    for (const user of Object.values(controlUsers(controlDatabase))) await dropUser(hub, user);
  });
  await mkdir(home, { recursive: true });
  await using lifetime = new Lifetime();
  const access = createStackAccess(endpoints, { lifetime, log: silentLog });
  await ensureControl(access, await loadWorld());
  folder = archiveFolder(access);
});

async function archiveOf(...texts: readonly string[]): Promise<void> {
  const key = await readSigningKey(
    orgKeyPath({ secretsFolder: join(home, 'secrets') }, 'CIVICBUS'),
  );
  // Offsets that the shared stack's own topic cannot have any more or yet.
  const options = { folder, fileBytesMax: 1_000_000, topic: 'gateway.audit', key };
  const archive = await Archive.open(options);
  const records = texts.map((value, index) => ({
    offset: BigInt(index),
    key: null,
    value: Buffer.from(value),
    timestampMs: MS,
  }));
  await archive.append({ records, topicId: 'of a test', sign: true, nowMs: MS });
}

describe('civicbus audit', () => {
  test('verify says that nothing was delivered yet', async () => {
    const ran = await run('verify');
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.stdout).toContain('Nothing was delivered yet.');
  });

  test('verify names what the topic says otherwise and ends with 6', async () => {
    await archiveOf(auditText(), 'something that the gateway never wrote');
    const ran = await run('verify', '-o', 'json');
    expect(ran).toMatchObject({ exit: 6 });
    expect(ran.stderr).toContain(`The archive is not what was written: `);
    const [file] = answerOf<FileReport>(ran).items;
    expect(file).toMatchObject({ file: FILE, records: 2, from: '0', to: '1' });
    expect(file?.faults.map(({ line }) => line)).toContain(3);
  });

  test('verify names a changed line', async () => {
    const path = join(folder, FILE);
    writeFileSync(path, readFileSync(path, 'utf8').replace('never', 'always'));
    const ran = await run('verify');
    expect(ran).toMatchObject({ exit: 6 });
    expect(ran.stdout).toContain('line 3: it was changed');
  });

  test.each([
    {
      reason: 'a file that is not there',
      args: ['verify', '--from', '000009-2026-11-22.jsonl'],
      exit: 5,
      says: `such as the first one: ${FILE}`,
    },
    {
      reason: 'an agreement that is not there',
      args: ['list', '--agreement', 'nowhere'],
      exit: 5,
      says: 'nowhere',
    },
    {
      reason: 'a day that is none',
      args: ['list', '--agreement', 'a', '--day', 'today'],
      exit: 2,
      says: 'A day is expected',
    },
  ])('refuses $reason', async ({ args, exit, says }) => {
    const ran = await run(...args);
    expect(ran.stderr).toContain(says);
    expect(ran.exit).toBe(exit);
  });
});
