/** The medical-insurance office: who is insured, and the telephone number given at the counter. */
import { personRegister, registerNumber } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { reportedPhone } from '../reported.ts';
import { dayBetween, orNull } from '../row-values.ts';

const STATUSES = ['paying', 'paused', 'retired', 'ended'] as const;
const TYPES = ['employee', 'resident', 'student', 'rural'] as const;

const insuredPerson = personRegister({
  table: 'insured_person',
  key: ['id_number'],
  share: 0.85,
  date: 'insured_since',
  row: (person, setting) => {
    const { random, ordinal } = setting;
    return {
      id_number: person.idNumber,
      medical_account: registerNumber('M', person.serial, ordinal),
      medical_status: orNull(random, random.pick(STATUSES), 0.02),
      medical_type: random.pick(TYPES),
      contact_phone: reportedPhone(person, { ...setting, overlap: 'insured-phone' }),
      insured_since: orNull(random, dayBetween(random, 1998, 2026)),
    };
  },
});

export const medicalInsurance = registerDepartment({
  name: 'medical-insurance',
  databaseName: 'medical_insurance',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [insuredPerson],
});
