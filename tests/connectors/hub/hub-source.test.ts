import { describe, expect, test } from 'vitest';
import { ownerOf, ownerOfPrincipal } from '../../../bus/plan/ownership.ts';
import { resolveView } from '../../../bus/view/declaration/resolve.ts';
import { baselinesOf } from '../../../connectors/baseline.ts';
import { compileSource } from '../../../connectors/compile.ts';
import { hubSource } from '../../../connectors/hub/hub-source.ts';
import { capturedColumns, type Source, sourceSchema } from '../../../connectors/source.ts';
import { loadView } from '../../../consumers/view-files.ts';
import { CONTEXT, problemsOf, SOURCE_YAML } from '../fixtures.ts';

const HUB = {
  ...CONTEXT,
  servers: { ...CONTEXT.servers, hub: { host: '127.0.0.1', port: 3307 } },
};

const captureOf = async (name: string) =>
  hubSource(await loadView(`consumers/${name}/view.yaml`), { tls: 'disable' });

const columnsOf = (source: Source, table: string) =>
  capturedColumns(source.tables.find(({ name }) => name === table)!).map(({ name }) => name);

describe('the capture of a view on the hub', () => {
  test.each(['population', 'legal-entity', 'property'])(
    'compiles for %s to exactly the golden file',
    async (name) => {
      const compiled = compileSource(await captureOf(name), HUB);
      const json = `${JSON.stringify(compiled, null, 2)}\n`;
      await expect(json).toMatchFileSnapshot(`golden/${name}.json`);
    },
  );

  test('reads the rows of entities and of child blocks and the cuts of days, no mirror and no other table of the engine', async () => {
    const names = (await captureOf('population')).tables.map(({ name }) => name);
    expect(names).toEqual([
      'person__rows',
      'migration__rows',
      'vehicle__rows',
      'property__rows',
      'business_interest__rows',
      'credit__rows',
      'civicbus_cutoff',
    ]);
  });

  test('leaves versions, reported values and what only lifecycle needs inside the hub', async () => {
    const source = await captureOf('legal-entity');
    const columns = columnsOf(source, 'legal_entity__rows');
    expect(columns.filter((name) => name.endsWith('__v'))).toEqual([]);
    expect(columns).not.toContain('register__successor_code');
    expect(columns.filter((name) => name.startsWith('enterprise'))).toEqual([
      'enterprise__there',
      'enterprise__at',
    ]);
    // Visibility hangs on it, so the gateway has to see it.
    expect(columns).toContain('register__status');
  });

  test('names every column of its tables, so that the preflight finds none that is unknown', async () => {
    const { tables } = await captureOf('property');
    expect(
      tables.find(({ name }) => name === 'unit__rows')?.columns.map(({ name }) => name),
    ).toEqual([
      'unit_number',
      'project_number',
      'unit_building_number',
      'unit_floor',
      'unit_area',
      'unit_usage',
      '__there',
      '__at',
      '__v',
    ]);
  });

  test('has a contract for every table, under the topic that pairs read', async () => {
    const topics = baselinesOf(await captureOf('property')).map(({ topic }) => topic);
    expect(topics).toContain('view.property.hub_property.presale_contract__rows');
    expect(topics.every((topic) => topic.startsWith('view.property.hub_property.'))).toBe(true);
  });

  test('knows the definitions of a rebuild’s databases and reads rows of the view’s only', async () => {
    const { config } = compileSource(await captureOf('legal-entity'), HUB).connector;
    expect(config['database.include.list']).toBe(
      'hub_legal_entity,hub_legal_entity__next,hub_legal_entity__old',
    );
    expect(config['table.include.list']).toBe(
      'hub_legal_entity[.]legal_entity__rows,hub_legal_entity[.]civicbus_cutoff',
    );
  });

  test('owns everything it makes, and nothing that the view’s consumer or a department owns', async () => {
    const { topics, user, connector, acls } = compileSource(await captureOf('property'), HUB);
    const owner = 'source/view-property';
    for (const { name } of topics) expect(ownerOf('topic', name)).toBe(owner);
    expect(ownerOf('user', user.name)).toBe(owner);
    expect(ownerOf('connector', connector.name)).toBe(owner);
    for (const { principal, name } of acls) {
      expect(ownerOfPrincipal(principal)).toBe(owner);
      expect(name).toMatch(/view[.-]property/);
    }
    expect(ownerOf('user', 'view-property')).toBe('view/property');
  });

  test('has another server id for every view', async () => {
    const ids = await Promise.all(
      ['population', 'legal-entity', 'property'].map(
        async (name) =>
          compileSource(await captureOf(name), HUB).connector.config['database.server.id'],
      ),
    );
    expect(new Set(ids).size).toBe(3);
  });
});

test('a child row’s entity is captured though it is no item', () => {
  const view = resolveView(
    {
      apiVersion: 'civicbus/v1',
      kind: 'View',
      name: 'small',
      database: 'hub_small',
      entity: { table: 'person', key: { name: 'id', type: 'varchar(18)' }, visibleBy: 'identity' },
      blocks: [
        {
          name: 'identity',
          category: 1,
          authority: 'police',
          from: { source: 'police', table: 'police.person', key: ['id'] },
          items: [{ name: 'name', type: 'varchar(40)' }],
        },
        {
          name: 'car',
          category: 2,
          authority: 'police',
          from: { source: 'police', table: 'police.car', key: ['plate'] },
          many: { key: [{ name: 'plate', type: 'varchar(20)' }], entity: 'id' },
          items: [{ name: 'colour', type: 'varchar(20)' }],
        },
      ],
    },
    'small',
  );
  const columns = columnsOf(hubSource(view, { tls: 'disable' }), 'car__rows');
  expect(columns).toEqual(['plate', 'id', 'colour', '__there', '__at']);
});

test('a department’s source cannot take a name that is kept for views', () => {
  const problems = problemsOf(SOURCE_YAML.replace('name: register\n', 'name: view-register\n'));
  expect(problems).toMatchObject([{ message: expect.stringContaining('"view-"') }]);
  expect(sourceSchema.shape.name.safeParse('view-register').success).toBe(true);
});
