/** Three small resources of the shapes that views have: an entity, one with a condition, child rows. */
import type { Classification, Resource } from '../../../bus/agreement/resource.ts';
import { must } from '../../../bus/base/assert.ts';
import { isProblem, parseColumnType } from '../../../bus/change/column-type.ts';

type Item = readonly [name: string, type: string, classification?: Classification];

function fieldsOf(block: string, authority: string, items: readonly Item[]): Resource['fields'] {
  return items.map(([name, words, classification = 'internal']) => {
    const type = parseColumnType(words);
    if (isProblem(type)) throw new Error(type.message);
    return { name, type, classification, authority, at: block === '' ? '__at' : `${block}__at` };
  });
}

export const PERSON: Resource = {
  id: 'population/person',
  view: 'population',
  description: 'One row per citizen.',
  contractVersion: '1.2.0',
  sharingType: 'conditional',
  provider: 'BJ-GAJ',
  key: ['id_number'],
  fields: [
    ...fieldsOf('identity', 'police', [
      ['id_number', 'varchar(18)', 'personal'],
      ['name', 'varchar(200)', 'personal'],
      ['birth_date', 'date', 'personal'],
      ['sex', 'varchar(10)'],
    ]),
    ...fieldsOf('residence', 'police', [
      ['residence_division', 'varchar(12)'],
      ['residence_address', 'varchar(500)', 'personal'],
    ]),
    ...fieldsOf('health', 'health', [['blood_group', 'varchar(4)', 'sensitive']]),
  ],
  rows: {
    database: 'hub_population',
    table: 'person__rows',
    topic: 'view.population.hub_population.person__rows',
    there: 'identity__there',
  },
};

export const LEGAL_ENTITY: Resource = {
  id: 'legal-entity/legal_entity',
  view: 'legal-entity',
  description: 'Active legal entities.',
  contractVersion: '1.0.0',
  sharingType: 'unconditional',
  provider: 'BJ-ZJJ',
  key: ['organisation_code'],
  fields: fieldsOf('register', 'quality-supervision', [
    ['organisation_code', 'varchar(9)', 'public'],
    ['name', 'varchar(200)', 'public'],
    ['division', 'char(6)', 'public'],
    ['registered_capital', 'decimal(18,2)'],
    ['approved_on', 'date'],
  ]),
  rows: {
    database: 'hub_legal_entity',
    table: 'legal_entity__rows',
    topic: 'view.legal-entity.hub_legal_entity.legal_entity__rows',
    there: 'register__there',
    visibleWhile: {
      column: 'status',
      type: { kind: 'chars', name: 'varchar', charsMax: 20 },
      in: ['registered', 'changed'],
    },
  },
};

export const CONTRACT: Resource = {
  id: 'property/presale_contract',
  view: 'property',
  description: 'Contracts of pre-sale.',
  contractVersion: '1.0.3',
  sharingType: 'conditional',
  provider: 'BJ-ZJW',
  key: ['contract_number'],
  fields: fieldsOf('', 'construction-commission', [
    ['contract_number', 'varchar(40)'],
    ['project_number', 'varchar(20)'],
    ['unit_number', 'varchar(40)'],
    ['signed_on', 'date'],
    ['price', 'decimal(14,2)'],
    ['buyer_id_number', 'varchar(18)', 'personal'],
  ]),
  rows: {
    database: 'hub_property',
    table: 'presale_contract__rows',
    topic: 'view.property.hub_property.presale_contract__rows',
    there: '__there',
  },
};

export const RESOURCES: ReadonlyMap<string, Resource> = new Map(
  [PERSON, LEGAL_ENTITY, CONTRACT].map((resource) => [resource.id, resource]),
);

export function resourceOf(id: string): Resource {
  return must(RESOURCES.get(id), `the resource ${id}`);
}
