/** The tax office: what a citizen’s assessed years came to, and which organisations are registered with it. */
import { organisationRegister } from '../organisation-register.ts';
import { personRegister, registerNumber } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { amount, dayBetween, orNull } from '../row-values.ts';

const LAST_YEAR = 2025;
const REGISTRATION_STATUSES = ['registered', 'suspended', 'cancelled'] as const;

const incomeTax = personRegister({
  table: 'income_tax',
  key: ['id_number', 'tax_year'],
  share: 0.5,
  rowsMax: 3,
  date: 'assessed_on',
  row: (person, { random, ordinal }) => ({
    id_number: person.idNumber,
    tax_year: LAST_YEAR + 1 - (ordinal % 10 || 10),
    tax_file_number: registerNumber('T', person.serial, 1),
    taxed_income: orNull(random, amount(random, 900_000)),
    assessed_on: orNull(random, dayBetween(random, 2016, 2026)),
  }),
});

const taxRegistration = organisationRegister({
  table: 'tax_registration',
  key: ['organisation_code'],
  share: 0.85,
  date: 'registered_on',
  row: ({ code, registrationNumber }, { random }) => ({
    organisation_code: code,
    taxpayer_number: registrationNumber,
    registration_status: random.pick(REGISTRATION_STATUSES),
    registered_on: orNull(random, dayBetween(random, 1994, 2026), 0.02),
  }),
});

export const tax = registerDepartment({
  name: 'tax',
  databaseName: 'tax',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [incomeTax, taxRegistration],
});
