/** The construction commission: what may be built and sold, and who has signed for it. */
import { defineDepartment } from '../department.ts';
import { BUILDINGS, PROJECTS, SOLD_UNITS, UNITS } from '../property-subjects.ts';
import { register } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { buildingRow, contractRow, projectRow, unitRow } from './rows.ts';
import { SALE_STEPS } from './sale-steps.ts';

const project = register({
  table: 'project',
  key: ['project_number'],
  subjects: PROJECTS,
  subjectColumn: 'project_number',
  share: 0.97,
  date: 'licensed_on',
  row: projectRow,
});

const building = register({
  table: 'building',
  key: ['building_number'],
  subjects: BUILDINGS,
  subjectColumn: 'building_number',
  share: 1,
  row: buildingRow,
});

const unit = register({
  table: 'unit',
  key: ['unit_number'],
  subjects: UNITS,
  subjectColumn: 'unit_number',
  share: 1,
  row: unitRow,
});

const presaleContract = register({
  table: 'presale_contract',
  key: ['contract_number'],
  subjects: SOLD_UNITS,
  subjectColumn: 'unit_number',
  share: 1,
  weight: 3,
  row: contractRow,
});

const registers = registerDepartment({
  name: 'construction-commission',
  databaseName: 'construction_commission',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [project, building, unit, presaleContract],
});

export const constructionCommission = defineDepartment({
  ...registers,
  steps: [...registers.steps, ...SALE_STEPS],
});
