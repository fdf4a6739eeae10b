import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../../../bus/agreement/document/catalogue-file.ts';
import { sqlTypeOf } from '../../../bus/change/column-type.ts';
import { resourcesOf, unknownResources } from '../../../bus/pair/resources.ts';
import { viewDdl } from '../../../bus/view/compile/ddl.ts';
import { findSourceFiles, loadSources } from '../../../connectors/load-source.ts';
import { findViewFiles, loadView, VIEWS_FOLDER } from '../../../consumers/view-files.ts';

const catalogue = await loadCatalogue('agreements/catalogue.yaml');
const views = await Promise.all((await findViewFiles(VIEWS_FOLDER)).map(loadView));
const sources = (await loadSources(await findSourceFiles('connectors'))).map(
  ({ source }) => source,
);
const resources = views.flatMap((view) => resourcesOf(view, catalogue, sources));
const resource = (id: string) => resources.find((one) => one.id === id)!;
const fieldOf = (id: string, name: string) => resource(id).fields.find((f) => f.name === name)!;

describe('resources of the views that come with civicbus', () => {
  test('are all of the catalogue', () => {
    expect(unknownResources(catalogue, views)).toEqual([]);
    expect(resources.map(({ id }) => id).toSorted()).toEqual(
      catalogue.resources.map(({ id }) => id).toSorted(),
    );
  });

  test('show what readers see and nothing else: no kept, reported or engine column', () => {
    for (const { fields } of resources)
      for (const { name } of fields) expect(name).not.toContain('__');
    const names = resource('legal-entity/legal_entity').fields.map(({ name }) => name);
    expect(names).not.toContain('status');
    expect(names.slice(0, 3)).toEqual(['organisation_code', 'organisation_type_code', 'name']);
  });

  test('name only columns that their hub table has, with its types', () => {
    const ddl = new Map(
      views.flatMap((v) => viewDdl(v).map(({ name, sql }) => [`${v.name}/${name}`, sql])),
    );
    for (const { view, fields, key, rows } of resources) {
      const sql = ddl.get(`${view}/${rows.table}`) ?? '';
      for (const { name, type, at } of fields) {
        expect(sql).toContain(`\`${name}\` ${sqlTypeOf(type)}`);
        expect(sql).toContain(`\`${at}\``);
      }
      expect(sql).toContain(`\`${rows.there}\``);
      expect(sql).toContain(`PRIMARY KEY (${key.map((name) => `\`${name}\``).join(', ')})`);
      expect(sql).toContain(`\`${rows.visibleWhile?.column ?? rows.there}\``);
    }
  });

  test('have their key first and every field once', () => {
    for (const { fields, key } of resources) {
      const names = fields.map(({ name }) => name);
      expect(names.slice(0, key.length)).toEqual(key);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test.each([
    ['population/person', 'id_number', 'personal', 'identity__at', 'the key'],
    ['population/person', 'spouse_id_number', 'personal', 'marriage__at', 'behind another name'],
    ['population/person', 'disability_level', 'sensitive', 'disability__at', 'as the source says'],
    ['property/presale_contract', 'contract_price', 'sensitive', '__at', 'a child row'],
    ['property/presale_contract', 'project_number', 'public', '__at', 'the parent'],
  ])('%s: %s is %s, changed at %s (%s)', (id, name, classification, at) => {
    expect(fieldOf(id, name)).toMatchObject({ classification, at });
  });

  test('say when their rows are visible', () => {
    expect(resource('population/person').rows).toEqual({
      database: 'hub_population',
      table: 'person__rows',
      topic: 'view.population.hub_population.person__rows',
      there: 'identity__there',
    });
    expect(resource('legal-entity/legal_entity').rows.visibleWhile).toMatchObject({
      column: 'register__status',
      in: ['registered', 'changed'],
    });
    expect(resource('property/presale_contract').rows).toMatchObject({
      table: 'presale_contract__rows',
      there: '__there',
    });
  });

  test('are internal where no source says otherwise', () => {
    const [view] = views;
    const bare = resourcesOf(view!, catalogue).flatMap(({ fields }) => fields);
    expect(new Set(bare.map(({ classification }) => classification))).toEqual(
      new Set(['internal']),
    );
  });

  test('of a catalogue that names what no view has are told', () => {
    const [first] = catalogue.resources;
    const wrong = { resources: [{ ...first!, id: 'population/ghost' }] };
    expect(unknownResources(wrong, views)).toEqual(['population/ghost']);
  });
});
