/** The whole way on the real stack: a row of the hub, its capture, the gateway, the pair's topic, the subscriber's copy. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgreementContent } from '../../../bus/agreement/agreement.ts';
import { systemClock } from '../../../bus/base/clock.ts';
import { bumpGeneration } from '../../../bus/control/deployments.ts';
import { GatewayWatch } from '../../../bus/pair/verify/gateway-watch.ts';
import { untilCopied } from '../../../bus/pair/verify/until-copied.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import { readReceipts } from '../../../bus/pair/subscriber/receipts.ts';
import { testStack } from '../../support/env.ts';
import { AUTHORITY } from '../../support/lifecycle/sample-agreement.ts';
import { chainRig, type ChainRig, type Subscription } from '../../support/pair/chain-rig.ts';
import { PATIENCE_MS } from '../../support/patience.ts';

const stack = await testStack('chain');

let rig: ChainRig;
let persons: AgreementContent;
let cars: AgreementContent;
let personCopy: Subscription;
let carCopy: Subscription;

beforeAll(async () => {
  rig = await chainRig(stack);
  await putPerson('1', { name: '王 before', income: '10.50' });
  await putPerson('2', { name: 'poor before', income: '1.00' });
  await putPerson('3', { name: 'dead before', income: '99.00', status: 'dead' });
  await putCar('A1', { owner: '1', colour: 'red' });
  await rig.captured.apply();
  persons = rig.agreement('person', {
    theme: 'housing',
    scope: {
      fields: [
        { name: 'id_number', required: true, mask: { method: 'hmac-sha256', keyScope: 'theme' } },
        { name: 'name', required: false, mask: { method: 'partial', keep: 'first', count: 1 } },
        { name: 'income', required: false },
      ],
      rows: 'row.income >= 10.00',
      onRowExit: 'retract',
      backfill: 'snapshot',
    },
    delivery: { mode: 'realtime', table: 'person', partitions: 1 },
  });
  cars = rig.agreement('car', {
    scope: {
      fields: [
        { name: 'plate', required: true },
        { name: 'colour', required: false },
      ],
      onRowExit: 'retract',
      backfill: 'snapshot',
    },
    delivery: { mode: 'realtime', table: 'car', partitions: 2 },
  });
  await rig.conclude(persons);
  await rig.conclude(cars);
  await rig.startGateway();
  personCopy = await rig.subscribe(persons, 'mariadb');
  carCopy = await rig.subscribe(cars, 'postgresql');
}, 240_000);

afterAll(async () => {
  await personCopy?.running.close();
  await carCopy?.running.close();
});

describe('from the hub to the subscriber', () => {
  test('rows that were there come as a whole copy: filtered, projected and masked', async () => {
    await expect
      .poll(copyOf(personCopy, 'person'), SOON)
      .toEqual(sorted([[token('1'), '王*******', '10.50']]));
    await expect.poll(copyOf(carCopy, 'car'), SOON).toEqual(sorted([['A1', 'red']]));
  });

  test('what is written afterwards comes as it is written', async () => {
    await putPerson('4', { name: '李', income: '20.00' });
    await putPerson('5', { name: '赵 poor', income: '2.00' });
    await putCar('B2', { owner: '9', colour: '蓝' });
    await putCar('A1', { owner: '1', colour: 'green' });
    await expect.poll(copyOf(personCopy, 'person'), SOON).toEqual(
      sorted([
        [token('1'), '王*******', '10.50'],
        [token('4'), '*', '20.00'],
      ]),
    );
    await expect.poll(copyOf(carCopy, 'car'), SOON).toEqual(
      sorted([
        ['A1', 'green'],
        ['B2', '蓝'],
      ]),
    );
  });

  test.each([
    ['falls out of the rows', () => putPerson('4', { name: '李', income: '5.00' }), []],
    ['comes into them', () => putPerson('4', { name: '李四', income: '30.00' }), ['李*']],
    [
      'is not shown any more',
      () => putPerson('4', { name: '李四', income: '30.00', status: 'dead' }),
      [],
    ],
    ['is shown again', () => putPerson('4', { name: '李四', income: '30.00' }), ['李*']],
    ['is not there any more', () => putPerson('4', { name: null, income: null, there: 0 }), []],
  ])('a row that %s leaves or comes at the subscriber too', async (_what, change, names) => {
    await change();
    const namesOf4 = async () =>
      (await rowsOf(personCopy, 'person'))
        .filter(([key]) => key === token('4'))
        .map(([, one]) => one);
    await expect.poll(namesOf4, SOON).toEqual(names);
  });

  test('nothing that was not agreed stands in any record of the pair’s topic', async () => {
    const reader = await rig.captured.kafka.reader();
    const topic = `pair.${persons.id}`;
    const [range] = await reader.fetch([{ topic, partition: 0, offset: 0n }], { waitMs: 0 });
    await reader.close();
    const bytes = Buffer.concat(
      (range?.records ?? []).flatMap(({ key, value }) =>
        [key, value].filter((one) => one !== null),
      ),
    );
    expect(bytes.length).toBeGreaterThan(500);
    for (const hidden of ['poor', 'dead before', 'before', '李四'])
      expect(bytes.includes(hidden)).toBe(false);
  });

  test('a suspended agreement delivers nothing, and everything once it is resumed', async () => {
    await rig.decide(cars, 'suspend', { org: AUTHORITY, role: 'authority' });
    await waitFor(() => carCopy.running.refusal() !== undefined, {
      what: 'the right to read to be gone',
      timeoutMs: PATIENCE_MS,
    });
    await putCar('C3', { owner: '1', colour: 'black' });
    await putPerson('6', { name: '孙', income: '60.00' });
    await waitFor(async () => (await rowsOf(personCopy, 'person')).length === 2, {
      what: 'the other pair to go on',
      timeoutMs: PATIENCE_MS,
    });
    expect((await rowsOf(carCopy, 'car')).map(([plate]) => plate)).toEqual(['A1', 'B2']);
    await rig.decide(cars, 'resume', { org: AUTHORITY, role: 'authority' });
    await expect.poll(copyOf(carCopy, 'car'), SOON).toEqual(
      sorted([
        ['A1', 'green'],
        ['B2', '蓝'],
        ['C3', 'black'],
      ]),
    );
  });

  test('subscribers tell how far their copies are', async () => {
    const { receipts } = await waitFor(
      async () => {
        const read = await readReceipts(rig.captured.kafka, [persons.id, cars.id]);
        return read.receipts.size === 2 ? read : undefined;
      },
      { what: 'two receipts', timeoutMs: PATIENCE_MS },
    );
    expect([...receipts.values()].map(({ state, generation }) => [state, generation])).toEqual([
      ['live', 1],
      ['live', 1],
    ]);
  });

  test('a copy that was altered is whole again after a resync', async () => {
    await carCopy.database.execute("DELETE FROM car WHERE plate = 'A1'");
    const { id: agreementId, version } = cars;
    const asked = { org: 'CIVICBUS', reason: 'a row was deleted in the copy' };
    const request = await bumpGeneration(rig.controls.writer, { agreementId, version, ...asked });
    const { kafka, ports } = rig.captured;
    const reader = await kafka.reader();
    stack.atEnd(() => reader.close());
    const { admin } = ports;
    const { progressTopic } = rig.pairs.gateway;
    const receipt = await untilCopied(
      { agreementId, request },
      {
        kafka,
        watch: new GatewayWatch({ admin, reader, progressTopic }),
        clock: systemClock,
        timeoutMs: PATIENCE_MS,
      },
    );
    expect(receipt).toMatchObject({ state: 'live', generation: 2, fault: null });
    expect((await rowsOf(carCopy, 'car')).map(([plate]) => plate)).toEqual(['A1', 'B2', 'C3']);
  });
});

type Person = {
  readonly name: string | null;
  readonly income: string | null;
  readonly status?: string;
  readonly there?: number;
};

/** As the view's consumer writes. */
async function putPerson(
  id: string,
  { name, income, status = 'alive', there = 1 }: Person,
): Promise<void> {
  await rig.captured.hub.execute(
    `INSERT INTO person__rows (id_number, name, income, identity__status, identity__there, identity__at, identity__v)
      VALUES (?, ?, ?, ?, ?, 1700000000000, 1)
      ON DUPLICATE KEY UPDATE name = VALUES(name), income = VALUES(income),
        identity__status = VALUES(identity__status), identity__there = VALUES(identity__there)`,
    [id, name, income, status, there],
  );
}

async function putCar(
  plate: string,
  { owner, colour }: { readonly owner: string; readonly colour: string },
): Promise<void> {
  await rig.captured.hub.execute(
    'INSERT INTO car__rows (plate, id_number, colour, __there, __at, __v) VALUES (?, ?, ?, 1, 5, 1) ON DUPLICATE KEY UPDATE colour = VALUES(colour)',
    [plate, owner, colour],
  );
}

function token(id: string): string {
  return createHmac('sha256', rig.keys.keyNow('theme.housing')).update(`text\0${id}`).digest('hex');
}

async function rowsOf({ database }: Subscription, table: string): Promise<unknown[][]> {
  const rows = await database.query(`SELECT * FROM ${table}`);
  return sorted(rows.map((row) => Object.values(row))) as unknown[][];
}

const SOON = { timeout: PATIENCE_MS, interval: 100 };

/** Rows of a copy by key; none while it has no table. */
function copyOf(copy: Subscription, table: string): () => Promise<unknown[][]> {
  return () => rowsOf(copy, table).catch(() => []);
}

function sorted(rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  return rows.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}
