/**
 * The health department: who was born to whom, and who died. Its register is kept on PostgreSQL.
 * A parent may be anybody, also somebody whom no other department knows; a death registered by
 * mistake is taken back.
 */
import { address } from '../contact.ts';
import { personRegister, registerNumber } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { dayBetween, orNull } from '../row-values.ts';

const birthCertificate = personRegister({
  table: 'birth_certificate',
  key: ['id_number'],
  share: 0.6,
  weight: 3,
  row: (person, { city, random, ordinal }) => ({
    id_number: person.idNumber,
    birth_certificate_number: registerNumber('B', person.serial, ordinal),
    mother_id_number: orNull(random, city.anybody(random).idNumber),
    father_id_number: orNull(random, city.anybody(random).idNumber, 0.15),
    born_on: orNull(random, person.birthDate, 0.02),
  }),
});

const deathCertificate = personRegister({
  table: 'death_certificate',
  key: ['id_number'],
  share: 0.04,
  date: 'death_date',
  row: (person, { random, ordinal }) => ({
    id_number: person.idNumber,
    death_certificate_number: registerNumber('D', person.serial, ordinal),
    death_date: dayBetween(random, 2015, 2026),
    death_place: orNull(random, address(random, person.homeDivision), 0.1),
  }),
});

export const health = registerDepartment({
  name: 'health',
  engine: 'postgresql',
  databaseName: 'health',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [birthCertificate, deathCertificate],
});
