/** The family-planning office: a register of the whole population, and so of names and addresses that the police decide. */
import { personRegister, registerNumber } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { reportedAddress, reportedName } from '../reported.ts';
import { dayBetween, orNull } from '../row-values.ts';

const familyRecord = personRegister({
  table: 'family_record',
  key: ['id_number'],
  share: 0.5,
  date: 'recorded_on',
  row: (person, setting) => {
    const { random, ordinal } = setting;
    return {
      id_number: person.idNumber,
      full_name: reportedName(person, { ...setting, overlap: 'family-record-name' }),
      residence_address: reportedAddress(person, { ...setting, overlap: 'family-record-address' }),
      children_count: orNull(random, random.int(0, 4), 0.03),
      birth_service_number: orNull(random, registerNumber('B', person.serial, ordinal), 0.3),
      recorded_on: dayBetween(random, 2000, 2026),
    };
  },
});

export const familyPlanning = registerDepartment({
  name: 'family-planning',
  databaseName: 'family_planning',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [familyRecord],
});
