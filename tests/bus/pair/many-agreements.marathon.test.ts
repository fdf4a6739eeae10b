/**
 * As many agreements as a city has, on the real stack: signed by everybody, brought into force
 * together, copied by a subscriber each, and listed with state and watermark.
 */
import { describe, expect, test } from 'vitest';
import type { AgreementContent } from '../../../bus/agreement/agreement.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import { readLines } from '../../../bus/control/list.ts';
import { type Receipt, readReceipts } from '../../../bus/pair/subscriber/receipts.ts';
import { listItem } from '../../../cli/agreements/list-item.ts';
import { generateAgreements } from '../../../producers/agreements/generate.ts';
import { testStack } from '../../support/env.ts';
import { fileAgreement } from '../../support/lifecycle/control-world.ts';
import { SUBSCRIBER } from '../../support/lifecycle/sample-agreement.ts';
import { chainRig } from '../../support/pair/chain-rig.ts';

const COUNT = 550;
const PERSONS = 20;
const FILING_AT_ONCE = 8;
const SUBSCRIBERS_AT_ONCE = 20;
const PATIENCE = { timeoutMs: 1_200_000, intervalMs: 250 };

const stack = await testStack('many');
const rig = await chainRig(stack);
const control = rig.controls.control();

const agreements = generateAgreements({
  count: COUNT,
  seed: 7,
  resources: [rig.resource('person'), rig.resource('car')],
}).map(({ id: _id, name: _name, ...content }) => {
  const subscriber = { ...content.subscriber, orgId: SUBSCRIBER, signer: `${SUBSCRIBER}-1` };
  // Daily ones have no watermark before their first day has ended.
  const { daily: _daily, ...delivery } = { ...content.delivery, mode: 'realtime' as const };
  return rig.agreement(content.resource.resourceId.split('/')[1]!, {
    ...content,
    subscriber,
    delivery,
  });
});

async function eachOf<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>) {
  const waiting = [...all];
  const take = async () => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, take));
}

async function listed() {
  const lines = await readLines(control.db);
  const { receipts } = await readReceipts(
    rig.captured.kafka,
    agreements.map(({ id }) => id),
  );
  return lines.map((line) =>
    listItem(line, control, { nowMs: Date.now(), receipt: receipts.get(line.agreementId) }),
  );
}

/** The rows an agreement shows, by the hub's own SQL. */
async function rowsAgreed({ resource, scope }: AgreementContent): Promise<number> {
  expect(scope.rows).toBeUndefined();
  const { database, table } = rig.resource(resource.resourceId.split('/')[1]!).rows;
  const [row] = await rig.captured.server.query<{ n: number }>(
    `SELECT COUNT(*) AS n FROM \`${database}\`.\`${table}\``,
  );
  return Number(row!.n);
}

describe(`${COUNT} agreements`, () => {
  test('come into force together', async () => {
    for (let n = 0; n < PERSONS; n++) await putPerson(n);
    await rig.captured.apply();
    // Its global lock and many writers that queue for one row, as they do below, would wait for each other.
    await rig.captured.until('person__rows', 'the first copy', (rows) => rows.length >= PERSONS);
    await eachOf(agreements, FILING_AT_ONCE, async (content) => {
      await fileAgreement(rig.controls, control, content);
    });
    await waitFor(
      async () => (await readLines(control.db)).every(({ state }) => state === 'active'),
      { what: 'all agreements in force', ...PATIENCE },
    );
    const lines = await readLines(control.db);
    expect(lines).toHaveLength(COUNT);
    expect(lines.every((line) => line.deployedHash === line.contentHash)).toBe(true);
  });

  test('are copied whole to a subscriber each', async () => {
    await rig.startGateway();
    await eachOf(agreements, SUBSCRIBERS_AT_ONCE, async (content) => {
      const { running, database } = await rig.subscribe(content, 'mariadb');
      const agreed = await rowsAgreed(content);
      await waitFor(() => isLive(content, (receipt) => receipt.rows === agreed), {
        what: `the copy of ${content.id}`,
        ...PATIENCE,
      });
      const [copied] = await database.query<{ n: number }>(
        `SELECT COUNT(*) AS n FROM \`${content.delivery.table}\``,
      );
      expect(Number(copied!.n)).toBe(agreed);
      await running.close();
      await database.close();
    });
  });

  test('are listed with their state and how far their copies are', async () => {
    const items = await listed();
    expect(items).toHaveLength(COUNT);
    for (const item of items) {
      expect(item).toMatchObject({ state: 'active', isDeployed: true, due: null });
      expect(item.copy).toMatchObject({ state: 'live', fault: null });
      expect(item.watermark).not.toBeNull();
    }
  });
});

async function isLive(
  { id }: AgreementContent,
  holds: (receipt: Receipt) => boolean,
): Promise<boolean> {
  const { receipts } = await readReceipts(rig.captured.kafka, [id]);
  const receipt = receipts.get(id);
  return receipt?.state === 'live' && receipt.appliedSourceTimeMs !== null && holds(receipt);
}

async function putPerson(n: number): Promise<void> {
  await rig.captured.hub.execute(
    `INSERT INTO person__rows (id_number, name, income, identity__status, identity__there, identity__at, identity__v)
      VALUES (?, '王小', 10, 'alive', 1, 1700000000000, 1)`,
    [`11010119900101${String(n).padStart(4, '0')}`],
  );
  await rig.captured.hub.execute(
    'INSERT INTO car__rows (plate, id_number, colour, __there, __at, __v) VALUES (?, ?, ?, 1, 1700000000000, 1)',
    [`京A${n}`, `11010119900101${String(n).padStart(4, '0')}`, '蓝'],
  );
}
