/** Copies compared with the hub while the whole chain works: equal, on its way, altered by hand. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { AgreementContent } from '../../../../bus/agreement/agreement.ts';
import { systemClock } from '../../../../bus/base/clock.ts';
import { must } from '../../../../bus/base/assert.ts';
import { readPairs } from '../../../../bus/control/pairs.ts';
import { hubMoments } from '../../../../bus/pair/gateway/hub-moment.ts';
import { pairTools } from '../../../../bus/pair/pair-tools.ts';
import { dialectOf } from '../../../../bus/pair/subscriber/dialect.ts';
import { pairFlow } from '../../../../bus/pair/verify/flow.ts';
import { copySide, hubSide } from '../../../../bus/pair/verify/rows.ts';
import { verifyPair, type PairVerification } from '../../../../bus/pair/verify/verify-pair.ts';
import type { SqlEngine } from '../../../../bus/sql/sql.ts';
import { mariadbCapture } from '../../../../bus/verify/mariadb-capture.ts';
import { sourceNames } from '../../../../connectors/names.ts';
import { testStack } from '../../../support/env.ts';
import { AUTHORITY } from '../../../support/lifecycle/sample-agreement.ts';
import { chainRig, type ChainRig, type Subscription } from '../../../support/pair/chain-rig.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';

const stack = await testStack('verifypair');
const PERSONS = 300;

let rig: ChainRig;
const ENGINES = ['mariadb', 'postgresql'] as const satisfies readonly SqlEngine[];
const copies = new Map<SqlEngine, { content: AgreementContent; copy: Subscription }>();

beforeAll(async () => {
  rig = await chainRig(stack);
  for (let id = 0; id < PERSONS; id++) await putPerson(id, { name: `王${id}`, income: id });
  await rig.captured.apply();
  for (const engine of ENGINES) {
    const content = rig.agreement('person', {
      theme: `theme-${engine}`,
      scope: {
        fields: [
          { name: 'id_number', required: true, mask: { method: 'hmac-sha256', keyScope: 'theme' } },
          { name: 'name', required: false, mask: { method: 'partial', keep: 'first', count: 1 } },
          { name: 'income', required: false },
        ],
        rows: 'row.income >= 100.00',
        onRowExit: 'retract',
        backfill: 'snapshot',
      },
      delivery: { mode: 'realtime', table: 'person', partitions: 1 },
    });
    await rig.conclude(content);
    copies.set(engine, { content, copy: await rig.subscribe(content, engine) });
  }
  await rig.startGateway();
}, 240_000);

async function putPerson(id: number, { name, income }: { name: string; income: number }) {
  await rig.captured.hub.execute(
    `INSERT INTO person__rows (id_number, name, income, identity__status, identity__there, identity__at, identity__v)
      VALUES (?, ?, ?, 'alive', 1, 1700000000000, 1)
      ON DUPLICATE KEY UPDATE name = VALUES(name), income = VALUES(income)`,
    [String(id), name, income.toFixed(2)],
  );
}

async function compare(engine: SqlEngine, waitMsMax = 60_000): Promise<PairVerification> {
  const { content, copy } = must(copies.get(engine), 'a copy');
  const { pairs } = await readPairs(rig.controls.reader);
  const { pair } = must(
    pairs.find(({ agreementId }) => agreementId === content.id),
    'a deployed pair',
  );
  const reader = await rig.captured.kafka.reader();
  const { connect, admin } = rig.captured.ports;
  const { connector } = sourceNames(rig.captured.source.name);
  const flow = pairFlow(pair, {
    capture: mariadbCapture({ session: rig.captured.server, connect, connector }),
    admin,
    reader,
    copy: copy.database,
    clock: systemClock,
    progressTopic: rig.pairs.gateway.progressTopic,
  });
  const dialect = dialectOf(engine);
  const sides = {
    hub: hubSide(pair, { hub: hubMoments(rig.captured.server), tools: pairTools(rig.keys) }),
    copy: copySide(pair, { database: copy.database, dialect, table: 'person' }),
  };
  try {
    return await verifyPair(pair, { sides, flow, clock: systemClock, waitMsMax });
  } finally {
    await reader.close();
  }
}

describe.each(ENGINES)('a copy on %s', (engine) => {
  test('is equal when everything was applied, whatever order its tokens have', async () => {
    const [scope] = await rig.captured.hub.query<{ rows: number }>(
      'SELECT COUNT(*) AS `rows` FROM person__rows WHERE income >= 100',
    );
    expect(scope!.rows).toBeGreaterThan(100);
    expect(await compare(engine)).toMatchObject({
      hubRows: scope!.rows,
      copyRows: scope!.rows,
      differences: [],
      undecided: [],
      faults: 0,
      flow: 'applied',
    });
  });

  test('is equal while everybody goes on writing', async () => {
    const writing = new AbortController();
    const writer = (async () => {
      for (let turn = 0; !writing.signal.aborted; turn++)
        await putPerson(turn % PERSONS, { name: `李${turn}`, income: (turn * 7) % 400 });
    })();
    try {
      const verified = await compare(engine);
      expect(verified.differences).toEqual([]);
      expect(verified.copyRows).toBeGreaterThan(0);
    } finally {
      writing.abort();
      await writer;
    }
  });

  test('that somebody altered is told key by key, with columns and without values', async () => {
    expect((await compare(engine)).differences).toEqual([]);
    const { copy } = must(copies.get(engine), 'a copy');
    const [gone, bent] = await copy.database.query<{ id_number: string }>(
      'SELECT id_number FROM person ORDER BY id_number LIMIT 2',
    );
    await copy.database.execute('DELETE FROM person WHERE id_number = ?', [gone!.id_number]);
    await copy.database.execute("UPDATE person SET name = '赵', income = 7 WHERE id_number = ?", [
      bent!.id_number,
    ]);
    const strange = 'f'.repeat(64);
    await copy.database.execute("INSERT INTO person VALUES (?, 'x', 1)", [strange]);
    const { differences, undecided } = await compare(engine);
    const byKey = (one: { readonly key: readonly string[] }) => one.key[0]!;
    expect(differences.toSorted((a, b) => (byKey(a) < byKey(b) ? -1 : 1))).toEqual([
      { key: [gone!.id_number], kind: 'missing', columns: [] },
      { key: [bent!.id_number], kind: 'different', columns: ['name', 'income'] },
      { key: [strange], kind: 'surplus', columns: [] },
    ]);
    expect(undecided).toEqual([]);
  });
});

test('a pair that is suspended cannot be decided, and that is said', async () => {
  const { content } = must(copies.get('mariadb'), 'a copy');
  await rig.decide(content, 'suspend', { org: AUTHORITY, role: 'authority' });
  await putPerson(1, { name: '孙', income: 999 });
  await expect
    .poll(() => compare('mariadb', 5_000), { timeout: PATIENCE_MS })
    .toMatchObject({ flow: 'halted' });
  expect((await compare('mariadb', 5_000)).undecided.length).toBeGreaterThan(0);
});
