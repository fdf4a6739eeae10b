/** The police department: who lives in the city, under which name, in which household, and where; moves and traffic. */
import { defineDepartment } from '../department.ts';
import { CHANGE_STEPS } from './change-steps.ts';
import { REGISTER_STEPS, registerPersons } from './register-steps.ts';
import { TABLES } from './tables.ts';
import { FURTHER_REGISTERS } from './traffic.ts';

export const police = defineDepartment({
  name: 'police',
  databaseName: 'police',
  tables: [...TABLES, ...FURTHER_REGISTERS.map(({ table }) => table)],
  schemaFile: new URL('./schema.sql', import.meta.url),
  async loadBatch(scene, { firstSerial, endSerial }) {
    const persons = [];
    for (let serial = firstSerial; serial < endSerial; serial++)
      persons.push(scene.city.person(serial));
    await registerPersons(scene, persons);
    for (const register of FURTHER_REGISTERS)
      await register.load(scene, { firstSerial, endSerial });
  },
  steps: [...REGISTER_STEPS, ...CHANGE_STEPS, ...FURTHER_REGISTERS.flatMap(({ steps }) => steps)],
});
