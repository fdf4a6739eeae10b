import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { pairNames } from '../../../../bus/agreement/agreement.ts';
import { ManualClock, systemClock } from '../../../../bus/base/clock.ts';
import { BusError } from '../../../../bus/base/errors.ts';
import { silentLog } from '../../../../bus/base/log.ts';
import { createFakeKafka } from '../../../../bus/kafka/fake/fake-kafka.ts';
import type { AclRule, KafkaAdmin } from '../../../../bus/kafka/kafka.ts';
import type { PurgeReceipts } from '../../../../bus/pair/reconcile/purge.ts';
import {
  AGAIN_AFTER_MS,
  ALL_EVERY_MS,
  RECEIPTS_EVERY_MS,
  Reconciler,
  type ReconcilerOptions,
  RIGHTS_EVERY_MS,
} from '../../../../bus/pair/reconcile/reconciler.ts';
import { grantName } from '../../../../bus/plan/plan.ts';
import { FakeRegistry } from '../../../../bus/registry/fake/fake-registry.ts';
import {
  CONTRACTS_TO_TAX,
  ENTITIES_TO_DISTRICT,
  PERSONS_TO_HOUSING,
} from '../../../support/agreements/contents.ts';
import { MemoryControl } from '../../../support/agreements/control.ts';
import { RESOURCES } from '../../../support/agreements/resources.ts';

const START = Date.parse(CONTRACTS_TO_TAX.validity.notBefore);
const END = Date.parse(CONTRACTS_TO_TAX.validity.notAfter);
const { id } = CONTRACTS_TO_TAX;
const names = pairNames(id);
const READ = `READ topic pair.${id} -> User:pair-${id}`;

let admin: KafkaAdmin;
let control: MemoryControl;
let clock: ManualClock;
let registry: FakeRegistry;
let reconciler: Reconciler;

function options(): ReconcilerOptions {
  return {
    control,
    ports: { admin, registry, ensureKey: async (scope) => keys.push(scope) },
    wanted: { resources: RESOURCES, replication: 1 },
    plan: { secretsFolder: folder, replication: 1 },
    purgeReceipts: async () => receipts,
    log: silentLog,
    clock,
  };
}

function newReconciler(): Reconciler {
  return new Reconciler(options());
}

let keys: string[];
let receipts: PurgeReceipts;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reconcile-'));
  admin = await createFakeKafka().bus.admin();
  control = new MemoryControl(() => clock.now());
  clock = new ManualClock(START);
  registry = new FakeRegistry();
  keys = [];
  receipts = { proofs: [], faults: [] };
  reconciler = newReconciler();
});

/** Rounds until nothing changes any more. */
async function settle(rounds = 4): Promise<void> {
  for (let round = 0; round < rounds; round++) await reconciler.tick();
}

async function grants(): Promise<string[]> {
  return (await admin.listAcls()).map(grantName);
}

describe('a filed agreement', () => {
  test('is made ready, deployed and in force at its hour; before it nobody may read', async () => {
    clock = new ManualClock(START - 1_000);
    reconciler = newReconciler();
    control.set(CONTRACTS_TO_TAX, 'filed');
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('filed');
    expect(control.deployment(CONTRACTS_TO_TAX)).toMatchObject({ generation: 1 });
    expect(await admin.listTopics()).toContain(names.topic);
    expect(await grants()).not.toContain(READ);
    clock.advance(1_000);
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('active');
    expect(await grants()).toContain(READ);
  });

  test('has the keys of its masks made once, and another version of it its own', async () => {
    control.set(PERSONS_TO_HOUSING, 'filed');
    await settle();
    expect(keys).toEqual(['theme.housing']);
    control.set({ ...PERSONS_TO_HOUSING, version: '2.0.0' }, 'filed');
    await settle();
    expect(keys).toEqual(['theme.housing', 'theme.housing']);
    clock.advance(ALL_EVERY_MS);
    await settle();
    expect(keys).toHaveLength(2);
  });

  test('that does not compile is not deployed and keeps no other from it', async () => {
    const { scope } = CONTRACTS_TO_TAX;
    const broken = { ...CONTRACTS_TO_TAX, scope: { ...scope, rows: 'row.nowhere == 1' } };
    control.set(broken, 'filed');
    control.set(ENTITIES_TO_DISTRICT, 'filed');
    await settle();
    expect(control.state(broken)).toBe('filed');
    expect(control.state(ENTITIES_TO_DISTRICT)).toBe('active');
    expect(reconciler.figures).toMatchObject({ problems: 1, pairs: 2 });
    expect(reconciler.isSettled).toBe(true);
  });

  test('whose stored document is not what was signed is not deployed', async () => {
    control.set(CONTRACTS_TO_TAX, 'filed');
    control.tamper(CONTRACTS_TO_TAX, { ...CONTRACTS_TO_TAX, theme: 'another' });
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('filed');
    expect(control.deployment(CONTRACTS_TO_TAX)).toBeUndefined();
  });

  test('waits while the registry is away, and is in force when it is back', async () => {
    registry.failWith('unreachable');
    control.set(CONTRACTS_TO_TAX, 'filed');
    await settle();
    expect(reconciler.isSettled).toBe(false);
    expect(control.state(CONTRACTS_TO_TAX)).toBe('filed');
    registry.failWith(undefined);
    clock.advance(AGAIN_AFTER_MS);
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('active');
  });
});

describe('a pair in force', () => {
  beforeEach(async () => {
    control.set(CONTRACTS_TO_TAX, 'filed');
    await settle();
  });

  test.each([
    ['suspended', true],
    ['revoked', true],
    ['closed', false],
  ] as const)(
    'that is %s loses READ at the next look; its user stays: %s',
    async (state, stays) => {
      control.set(CONTRACTS_TO_TAX, state);
      await reconciler.tick();
      expect(await grants()).not.toContain(READ);
      expect((await admin.listUsers()).includes(names.user)).toBe(stays);
      expect(await admin.listTopics()).toContain(names.topic);
    },
  );

  test('that is suspended loses READ also while topics cannot be made', async () => {
    control.set(ENTITIES_TO_DISTRICT, 'filed');
    control.set(CONTRACTS_TO_TAX, 'suspended');
    admin.createTopics = () => Promise.reject(new BusError('BUS_BUG', { what: 'a broken broker' }));
    await settle();
    expect(await grants()).not.toContain(READ);
    expect(control.deployment(ENTITIES_TO_DISTRICT)).toBeUndefined();
  });

  test('whose state nobody signed is read by nobody and written by nobody; others go on', async () => {
    control.set(ENTITIES_TO_DISTRICT, 'filed');
    await settle();
    control.faults.set(id, ['version 2.0.0 is suspended by its events']);
    control.set(CONTRACTS_TO_TAX, 'active', 1);
    await reconciler.tick();
    const left = (await grants()).filter((name) => name.includes(id));
    expect(left).toEqual([
      `READ group pair-${id} -> User:pair-${id}`,
      `WRITE topic receipt.${id} -> User:pair-${id}`,
    ]);
    expect(await grants()).toContain(`WRITE topic pair.${ENTITIES_TO_DISTRICT.id} -> User:gateway`);
    expect(reconciler.figures.problems).toBe(1);
    expect(control.proved.filter((one) => one === ENTITIES_TO_DISTRICT.id)).toHaveLength(2);
  });

  test('that is resumed gets it back, with nothing else changed', async () => {
    const before = await grants();
    control.set(CONTRACTS_TO_TAX, 'suspended');
    await settle();
    control.set(CONTRACTS_TO_TAX, 'active');
    await settle();
    expect((await grants()).toSorted()).toEqual(before.toSorted());
    expect(control.deployment(CONTRACTS_TO_TAX)).toMatchObject({ generation: 1 });
    expect(control.notes).toEqual([]);
  });

  test('expires at its end and is cleared a day later', async () => {
    clock.advance(END - START);
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('expired');
    expect(await grants()).not.toContain(READ);
    clock.advance(86_400_000);
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('purging');
  });

  test('is closed once the subscriber has handed in its receipt, and its user goes', async () => {
    control.set(CONTRACTS_TO_TAX, 'purging');
    receipts = { proofs: [], faults: [{ agreementId: id, why: 'it is about another' }] };
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('purging');
    expect(await grants()).toContain(READ);
    const receipt = { rowsLeft: 0, rowsDeleted: 7, proof: 'hash' };
    receipts = { proofs: [{ agreementId: id, receipt }], faults: [] };
    clock.advance(RECEIPTS_EVERY_MS);
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('closed');
    expect(await admin.listUsers()).not.toContain(names.user);
    expect(await grants()).not.toContain(READ);
  });

  test('is followed by its new version in one step, which gets a copy of its own', async () => {
    const [old] = [CONTRACTS_TO_TAX];
    const next = {
      ...old,
      version: '3.0.0',
      scope: { ...old.scope, rows: "row.project_number != ''" },
    };
    control.set(next, 'filed');
    await settle();
    expect(control.state(old)).toBe('superseded');
    expect(control.state(next)).toBe('active');
    expect(control.deployment(next)).toMatchObject({ generation: 2 });
    expect(await grants()).toContain(READ);
    expect(control.notes).toEqual([]);
  });

  test('keeps its topic when a new version asks for another number of partitions', async () => {
    const next = {
      ...CONTRACTS_TO_TAX,
      version: '3.0.0',
      delivery: { ...CONTRACTS_TO_TAX.delivery, partitions: 3 },
    };
    control.set(next, 'filed');
    await settle();
    expect(control.state(next)).toBe('filed');
    expect(control.state(CONTRACTS_TO_TAX)).toBe('active');
    expect(reconciler.figures.problems).toBe(1);
  });
});

const STRANGER: AclRule = {
  principal: 'User:stranger',
  resource: 'topic',
  name: names.topic,
  match: 'literal',
  operation: 'read',
};

describe('drift', () => {
  beforeEach(async () => {
    control.set(CONTRACTS_TO_TAX, 'filed');
    await settle();
  });

  test.each<[string, () => Promise<void>, number, string]>([
    [
      'a right that was taken away',
      async () =>
        admin.deleteAcls((await admin.listAcls()).filter((rule) => grantName(rule) === READ)),
      RIGHTS_EVERY_MS,
      'grant: was missing; made again',
    ],
    [
      'a right of a stranger',
      () => admin.createAcls([STRANGER]),
      RIGHTS_EVERY_MS,
      'grant: was there without an agreement; removed',
    ],
    [
      'a right more of the subscriber',
      () =>
        admin.createAcls([
          { ...STRANGER, principal: `User:${names.user}`, name: 'view.property.p.unit__rows' },
        ]),
      RIGHTS_EVERY_MS,
      'grant: was there without an agreement; removed',
    ],
    [
      'a user that was deleted',
      () => admin.deleteUsers([names.user]),
      RIGHTS_EVERY_MS,
      'user: was missing; made again',
    ],
    [
      'a setting of a topic',
      () => admin.setTopicConfigs([{ name: names.topic, config: { 'retention.ms': '1000' } }]),
      ALL_EVERY_MS,
      'topic: was changed; set back; retention.ms: 1000 -> 1209600000',
    ],
  ])('of %s is set back and noted, once', async (_, change, afterMs, note) => {
    const before = [await grants(), await admin.listUsers(), await admin.listTopics()];
    await change();
    clock.advance(afterMs);
    await settle();
    expect(control.notes.map(({ kind, detail }) => `${kind}: ${detail}`)).toEqual([note]);
    const after = [await grants(), await admin.listUsers(), await admin.listTopics()];
    expect(after.map((list) => list.toSorted())).toEqual(before.map((list) => list.toSorted()));
    expect((await admin.topicConfigs([names.topic])).get(names.topic)).toMatchObject({
      'retention.ms': '1209600000',
    });
    expect(reconciler.figures.drift).toBe(1);
  });

  test('of what no agreement knows is left alone', async () => {
    await admin.createTopics([{ name: 'somebody.else', partitions: 1, replication: 1 }]);
    await admin.createAcls([{ ...STRANGER, name: 'somebody.else' }]);
    clock.advance(ALL_EVERY_MS);
    await settle();
    expect(control.notes).toEqual([]);
    expect(await grants()).toContain(grantName({ ...STRANGER, name: 'somebody.else' }));
  });
});

describe('what is away', () => {
  test('as the control database is waited for, and rights stay as they were last known', async () => {
    control.set(CONTRACTS_TO_TAX, 'filed');
    await settle();
    control.away = new BusError('SQL_CONNECTION_LOST', {});
    await admin.createAcls([STRANGER]);
    clock.advance(RIGHTS_EVERY_MS);
    await settle();
    expect(await grants()).not.toContain(grantName(STRANGER));
    control.away = undefined;
    control.set(CONTRACTS_TO_TAX, 'suspended');
    await reconciler.tick();
    expect(await grants()).not.toContain(READ);
  });

  test('as the audit, which refuses activation, is asked again only after a while', async () => {
    control.refusal = new BusError('BUS_BUG', { what: 'the audit record cannot be written' });
    control.set(CONTRACTS_TO_TAX, 'filed');
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('filed');
    control.refusal = undefined;
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('filed');
    clock.advance(AGAIN_AFTER_MS);
    await settle();
    expect(control.state(CONTRACTS_TO_TAX)).toBe('active');
  });
});

test('a run ends when it is asked to', async () => {
  const ending = new AbortController();
  const running = new Reconciler({ ...options(), clock: systemClock }).run(ending.signal);
  ending.abort();
  await expect(running).resolves.toBeUndefined();
});
