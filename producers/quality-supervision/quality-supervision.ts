/**
 * Quality supervision: the register of organisation codes. It decides all twelve items of the
 * legal-entity view, also for organisations that other bodies registered first.
 */
import type { SqlRow } from '../../bus/sql/sql.ts';
import { defineDepartment, type SerialRange } from '../department.ts';
import { type Organisation, organisationCode, organisationsIn } from '../organisation.ts';
import type { Scene } from '../scene.ts';
import { LIFE_STEPS } from './life-steps.ts';
import { REGISTER_STEPS } from './register-steps.ts';
import { closingDay, organisationRow, standing } from './rows.ts';

/** The rest have a registering body and no code yet: the view keeps them as stubs. */
const REGISTERED_SHARE = 0.97;
const CHANGED_SHARE = 0.15;
const CLOSED_SHARE = 0.06;
const MERGED_SHARE = 0.02;

export const qualitySupervision = defineDepartment({
  name: 'quality-supervision',
  databaseName: 'quality_supervision',
  tables: ['organisation'],
  schemaFile: new URL('./schema.sql', import.meta.url),
  async loadBatch(scene, range) {
    await scene.insert('organisation', loadedOrganisations(scene, range));
  },
  steps: [...REGISTER_STEPS, ...LIFE_STEPS],
});

function loadedOrganisations(scene: Scene, range: SerialRange): SqlRow[] {
  const { city, random } = scene;
  return organisationsIn(city, range)
    .filter(() => random.chance(REGISTERED_SHARE))
    .map((each) => ({ ...organisationRow(each, random), ...loadedStanding(scene, each) }));
}

function loadedStanding({ city, random }: Scene, { serial }: Organisation): SqlRow {
  const place = random.int(0, 999_999) / 1_000_000;
  if (place < MERGED_SHARE) {
    const successorCode = organisationCode(city, serial + 1);
    return standing('merged', { successorCode, closedOn: closingDay(random) });
  }
  if (place < MERGED_SHARE + CLOSED_SHARE)
    return standing('closed', { closedOn: closingDay(random) });
  return standing(place > 1 - CHANGED_SHARE ? 'changed' : 'registered');
}
