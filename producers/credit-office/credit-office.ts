/** The credit office: what was recorded for or against a person, hours of service and donations of blood. */
import { personRegister, registerNumber } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { dayBetween, orNull } from '../row-values.ts';

const TYPES = ['default', 'penalty', 'award', 'service', 'donation'] as const;
const SOURCES = ['court', 'bank', 'volunteers', 'blood-centre', 'transport'] as const;

const creditRecord = personRegister({
  table: 'credit_record',
  key: ['record_number'],
  share: 0.3,
  rowsMax: 4,
  date: 'recorded_on',
  row: ({ idNumber, serial }, { random, ordinal }) => ({
    record_number: registerNumber('K', serial, ordinal),
    id_number: idNumber,
    record_type: random.pick(TYPES),
    record_source: random.pick(SOURCES),
    recorded_on: dayBetween(random, 2016, 2026),
    expires_on: orNull(random, dayBetween(random, 2024, 2034), 0.4),
    volunteer_hours: orNull(
      random,
      `${random.int(0, 400)}.${random.pick(['00', '25', '50', '75'])}`,
      0.5,
    ),
    blood_donations: orNull(random, random.int(0, 30), 0.6),
  }),
});

export const creditOffice = registerDepartment({
  name: 'credit-office',
  databaseName: 'credit_office',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [creditRecord],
});
