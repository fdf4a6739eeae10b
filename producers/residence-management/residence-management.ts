/** The residence-management office: who came from elsewhere and stays. Its register overlaps that of the police: addresses differ. */
import { personRegister, registerNumber } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { reportedAddress } from '../reported.ts';
import { dayBetween, orNull } from '../row-values.ts';

const STAY_REASONS = ['work', 'study', 'family', 'business', 'other'] as const;

const residencePermit = personRegister({
  table: 'residence_permit',
  key: ['id_number'],
  share: 0.25,
  date: 'permit_valid_until',
  row: (person, setting) => {
    const { random, ordinal } = setting;
    return {
      id_number: person.idNumber,
      permit_number: registerNumber('P', person.serial, ordinal),
      permit_valid_until: orNull(random, dayBetween(random, 2026, 2032), 0.02),
      stay_reason: orNull(random, random.pick(STAY_REASONS)),
      residence_address: reportedAddress(person, {
        ...setting,
        overlap: 'residence-permit-address',
      }),
    };
  },
});

export const residenceManagement = registerDepartment({
  name: 'residence-management',
  databaseName: 'residence_management',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [residencePermit],
});
