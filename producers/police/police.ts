/** The police department: who lives in the city, under which name, in which household, and where. */
import { defineDepartment } from '../department.ts';
import { CHANGE_STEPS } from './change-steps.ts';
import { REGISTER_STEPS, registerPersons } from './register-steps.ts';
import { TABLES } from './tables.ts';

export const police = defineDepartment({
  name: 'police',
  databaseName: 'police',
  tables: TABLES,
  schemaFile: new URL('./schema.sql', import.meta.url),
  async loadBatch(scene, { firstSerial, endSerial }) {
    const persons = [];
    for (let serial = firstSerial; serial < endSerial; serial++)
      persons.push(scene.city.person(serial));
    await registerPersons(scene, persons);
  },
  steps: [...REGISTER_STEPS, ...CHANGE_STEPS],
});
