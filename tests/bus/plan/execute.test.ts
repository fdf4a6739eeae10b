import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { BusError } from '../../../bus/base/errors.ts';
import { writeSecretFile } from '../../../bus/base/secrets.ts';
import { createFakeKafka } from '../../../bus/kafka/fake/fake-kafka.ts';
import type { KafkaAdmin } from '../../../bus/kafka/kafka.ts';
import { applyDesired, planDesired } from '../../../bus/plan/apply.ts';
import { PlanIncompleteError } from '../../../bus/plan/execute.ts';
import type { Desired } from '../../../bus/plan/plan.ts';
import { desiredViewAccess } from '../../../bus/plan/view-access.ts';

let folder: string;
let admin: KafkaAdmin;
let desired: Desired;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-'));
  admin = await createFakeKafka().bus.admin();
  const passwordFile = join(folder, 'src-tax.password');
  const given = join(folder, 'given.password');
  await writeSecretFile(given, 'a\\b\n');
  desired = {
    scope: ['source/tax'],
    topics: [{ name: 'cdc.tax', partitions: 1, replication: 1, config: { 'retention.ms': '-1' } }],
    users: [{ name: 'src-tax', passwordFile }],
    secretFiles: [
      {
        file: join(folder, 'src-tax.properties'),
        entries: { kafka: passwordFile, database: given },
      },
    ],
    acls: [
      {
        principal: 'User:src-tax',
        resource: 'topic',
        name: 'cdc.tax',
        match: 'literal',
        operation: 'write',
      },
    ],
    connectors: [],
  };
});

describe('applying', () => {
  test('makes everything, and a second time nothing', async () => {
    const { report } = await applyDesired(desired, { admin });
    expect(report.outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done']);
    expect((await planDesired(desired, { admin })).steps).toEqual([]);
  });

  test('keeps passwords in files of mode 0600 and escapes them as Java reads them', async () => {
    await applyDesired(desired, { admin });
    const properties = join(folder, 'src-tax.properties');
    const password = (await readFile(join(folder, 'src-tax.password'), 'utf8')).trim();
    expect(await readFile(properties, 'utf8')).toBe(`kafka=${password}\ndatabase=a\\\\b\n`);
    expect((await stat(properties)).mode & 0o777).toBe(0o600);
  });

  test('writes a secrets file anew when others could read it', async () => {
    await applyDesired(desired, { admin });
    const properties = join(folder, 'src-tax.properties');
    await writeFile(properties, await readFile(properties, 'utf8'));
    const { chmod } = await import('node:fs/promises');
    await chmod(properties, 0o644);
    const { plan } = await applyDesired(desired, { admin });
    expect(plan.steps.map(({ kind, action }) => `${action} ${kind}`)).toEqual(['change secret']);
    expect((await stat(properties)).mode & 0o777).toBe(0o600);
  });

  test('refuses a plan that is no longer the one shown', async () => {
    const shown = await planDesired(desired, { admin });
    await admin.createTopics(desired.topics);
    const stale = applyDesired(desired, { admin }, { expect: shown.fingerprint });
    await expect(stale).rejects.toMatchObject({ code: 'PLAN_STALE' });
    expect(await admin.listUsers()).toEqual([]);
  });

  test('with a failing step tells of every step, and completes when run again', async () => {
    const broken: KafkaAdmin = {
      ...admin,
      setUsers: () => Promise.reject(new BusError('BUS_TIMEOUT', { what: 'users' })),
    };
    const error = await applyDesired(desired, { admin: broken }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PlanIncompleteError);
    const { outcomes } = (error as PlanIncompleteError).report;
    expect(outcomes.map(({ step, outcome }) => `${step.kind} ${outcome}`)).toEqual([
      'topic done',
      'user failed',
      'secret not-reached',
      'grant not-reached',
    ]);
    const { plan } = await applyDesired(desired, { admin });
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['user', 'secret', 'grant']);
    expect((await planDesired(desired, { admin })).steps).toEqual([]);
  });

  test('prunes only when asked', async () => {
    await applyDesired(desired, { admin });
    const less = { ...desired, acls: [] };
    expect((await applyDesired(less, { admin })).plan.kept).toHaveLength(1);
    expect(await admin.listAcls()).toHaveLength(1);
    await applyDesired(less, { admin }, { prune: true });
    expect(await admin.listAcls()).toEqual([]);
  });
});

test('a view’s consumer gets a user and READ on exactly its topics and its group', async () => {
  const view = desiredViewAccess({
    view: 'population',
    topics: ['cdc.police.police.person'],
    secretsFolder: folder,
  });
  await applyDesired(view, { admin });
  expect(await admin.listUsers()).toEqual(['view-population']);
  expect(
    (await admin.listAcls()).map(({ resource, name, operation }) => [resource, name, operation]),
  ).toEqual([
    ['topic', 'cdc.police.police.person', 'read'],
    ['group', 'view-population', 'read'],
  ]);
});
