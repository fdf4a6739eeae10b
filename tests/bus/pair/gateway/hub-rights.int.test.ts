/** A view that is applied while the gateway runs, on the real stack: rights are given when they are needed. */
import { expect, test } from 'vitest';
import { newSecret } from '../../../../bus/base/secrets.ts';
import { hubMoments } from '../../../../bus/pair/gateway/hub-moment.ts';
import { hubRights } from '../../../../bus/pair/gateway/hub-rights.ts';
import { ensureAccount } from '../../../../bus/sql/mysql/account.ts';
import { testStack } from '../../../support/env.ts';
import { chainRig } from '../../../support/pair/chain-rig.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';
import { dropUser } from '../../../support/drop-user.ts';

const SOON = { timeout: PATIENCE_MS, interval: 100 };

const stack = await testStack('lateview');
const rig = await chainRig(stack);
const server = await stack.openSql('hub');
const user = `${stack.prefix}_late`;
const password = newSecret();
await ensureAccount(server, { user, password, grants: [] });
stack.atEnd(async () => {
  await dropUser(server, user);
});

const grants = async (): Promise<string> => {
  const rows = await server.query<Record<string, string>>(`SHOW GRANTS FOR '${user}'@'127.0.0.1'`);
  return rows.flatMap((row) => Object.values(row)).join('\n');
};

test('a gateway that runs already copies and follows a view that is applied later, with the rights of that view only', async () => {
  const { rows } = rig.resource('car');
  const table = `\`${rows.database}\`.\`${rows.table}\``;
  const aside = `\`${rows.database}\`.later`;
  await server.execute(`RENAME TABLE ${table} TO ${aside}`);
  const cars = rig.agreement('car', {
    scope: {
      fields: [{ name: 'plate', required: true }],
      onRowExit: 'retract',
      backfill: 'snapshot',
    },
    delivery: { mode: 'realtime', table: 'car', partitions: 1 },
  });
  await rig.conclude(cars);
  // The resource is not declared either when the gateway begins.
  let declared = [rig.resource('person')];
  const gateway = await rig.startGateway({
    hub: hubMoments(await stack.openSql('hub', { as: { user, password } })),
    tables: hubRights({
      user,
      resources: declared,
      readResources: () => Promise.resolve(declared),
      administrator: () => Promise.resolve(server),
    }),
  });
  await expect.poll(() => gateway.waiting(), SOON).toEqual([cars.id]);
  const topic = `pair.${cars.id}`;
  const recordsOf = async () =>
    (await rig.pairs.admin.offsets([topic])).reduce((sum, { end }) => sum + end, 0n);
  expect(await recordsOf()).toBe(0n);
  expect(await grants()).not.toContain(rows.table);

  declared = [...declared, rig.resource('car')];
  await server.execute(`RENAME TABLE ${aside} TO ${table}`);
  const put = (plate: string) =>
    rig.captured.hub.execute(
      'INSERT INTO car__rows (plate, id_number, colour, __there, __at, __v) VALUES (?, 1, ?, 1, 5, 1)',
      [plate, 'red'],
    );
  await put('A1');
  await rig.captured.apply();
  const { database } = await rig.subscribe(cars, 'mariadb');
  const copy = async () => {
    try {
      const found = await database.query<{ plate: string }>('SELECT plate FROM car ORDER BY plate');
      return found.map(({ plate }) => plate);
    } catch {
      return 'no table yet';
    }
  };
  await expect.poll(copy, SOON).toEqual(['A1']);
  await put('B2');
  await expect.poll(copy, SOON).toEqual(['A1', 'B2']);
  expect(gateway.waiting()).toEqual([]);
  const given = await grants();
  expect(given).toContain(`GRANT SELECT ON \`${rows.database}\`.\`${rows.table}\``);
  expect(given).not.toContain(rig.resource('person').rows.table);
}, 240_000);
