/** Looking at a resource on the real hub: counts, samples and single rows say what the gateway would do. */
import { beforeAll, describe, expect, test } from 'vitest';
import { contentHash } from '../../../../bus/agreement/canonical/canonical.ts';
import { compilePair } from '../../../../bus/pair/compile/compile-pair.ts';
import { explainRow } from '../../../../bus/pair/explain.ts';
import { bindPair, topicColumns } from '../../../../bus/pair/gateway/bound-pair.ts';
import { hubMoments } from '../../../../bus/pair/gateway/hub-moment.ts';
import { hubRow, sampleRows, scopeCounts } from '../../../../bus/pair/look/hub-rows.ts';
import type { CompiledPair } from '../../../../bus/pair/pair.ts';
import { pairTools } from '../../../../bus/pair/pair-tools.ts';
import { resourcesOf } from '../../../../bus/pair/resources.ts';
import type { SqlDatabase } from '../../../../bus/sql/sql.ts';
import { installTables } from '../../../../consumers/install.ts';
import { smallView } from '../../../connectors/hub/captured-hub.ts';
import { CONTRACTS_TO_TAX } from '../../../support/agreements/contents.ts';
import { testStack } from '../../../support/env.ts';

const stack = await testStack('hublook');
const tools = pairTools({ keyNow: () => Buffer.alloc(32, 1) });

let hub: SqlDatabase;
let pair: CompiledPair;

beforeAll(async () => {
  const view = smallView(`${stack.prefix}_look`);
  const { host, port, root } = stack.endpoints.databases.hub;
  const administrator = { host, port, user: root.user, password: await stack.password(root) };
  hub = await stack.openSql('hub');
  stack.atEnd(() => hub.execute(`DROP DATABASE IF EXISTS \`${view.database}\``));
  await installTables(view, administrator);
  pair = pairOf(view);
  const people = [
    ['1', '王一', '10.00', 'alive', 1],
    ['2', '李二', '9.99', 'alive', 1],
    ['3', null, '500.00', 'alive', 1],
    ['4', '赵四', null, 'alive', 1],
    ['5', '王五', '10.00', 'dead', 1],
    ['6', '王六', '10.00', 'alive', 0],
    ['7', '王七', '77.70', null, 1],
  ];
  await hub.execute(
    `INSERT INTO \`${view.database}\`.person__rows (id_number, name, income, identity__status, identity__there) VALUES ?`,
    [people],
  );
});

function pairOf(view: ReturnType<typeof smallView>): CompiledPair {
  const { provider } = CONTRACTS_TO_TAX;
  const id = `${view.name}/person`;
  const entry = {
    id,
    description: 'Of a test.',
    provider: provider.orgId,
    sharingType: 'conditional' as const,
    contractVersion: '1.0.0',
  };
  const [resource] = resourcesOf(view, { resources: [entry] });
  const content = {
    ...CONTRACTS_TO_TAX,
    resource: { resourceId: id, contractVersion: '^1.0.0' },
    scope: {
      fields: [
        {
          name: 'id_number',
          required: true,
          mask: { method: 'hmac-sha256', keyScope: 'pair' } as const,
        },
        {
          name: 'name',
          required: false,
          mask: { method: 'partial', keep: 'first', count: 1 } as const,
        },
      ],
      rows: "row.income >= 10.00 && row.name.startsWith('王')",
      onRowExit: 'retract' as const,
      backfill: 'snapshot' as const,
    },
  };
  const result = compilePair(content, resource!, { contentHash: contentHash(content) });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.pair;
}

test('the counts are those of the gateway’s own judgement', async () => {
  const columns = topicColumns([pair]);
  const bound = bindPair(pair, columns, tools);
  let delivered = 0;
  await hubMoments(hub).look(async (moment) => {
    for await (const page of moment.pages(pair.resource, columns))
      delivered += page.filter((image) => bound.decide(null, image).decision).length;
  });
  expect(delivered).toBe(1);
  expect(await scopeCounts(hub, pair)).toEqual({ there: 6, visible: 4, inScope: delivered });
});

test('a sample has rows in scope only, as they would leave', async () => {
  expect(await sampleRows(hub, pair, { count: 5, tools })).toEqual([
    [expect.stringMatching(/^[0-9a-f]{64}$/), '王*'],
  ]);
});

describe('a row is explained', () => {
  test.each([
    ['1', 'delivered', ['true', 'true'], 'in scope'],
    ['2', 'out-of-rows', ['false', 'false'], 'both parts say no'],
    ['3', 'undecided', ['true', 'undecided'], 'its name is empty'],
    ['4', 'out-of-rows', ['undecided', 'false'], 'one no decides'],
    ['5', 'not-visible', ['true', 'true'], 'the view does not show it'],
    ['6', 'not-there', ['true', 'true'], 'its source deleted it'],
    ['7', 'not-visible', ['true', 'true'], 'its status is empty'],
    ['none', 'not-there', [], 'the hub never had it'],
  ])('%s: %s %j, because %s', async (key, verdict, clauses) => {
    const explained = explainRow(pair, topicColumns([pair]), await hubRow(hub, pair, [key]));
    expect(explained.verdict).toBe(verdict);
    expect(explained.clauses.map((clause) => clause.verdict)).toEqual(clauses);
    expect(JSON.stringify(explained)).not.toMatch(/王[一-龥]|李二|赵四/);
  });
});
