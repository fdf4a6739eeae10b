/** The housing provident fund: accounts of those who work. */
import { personRegister, registerNumber } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { amount, dayBetween, orNull } from '../row-values.ts';

const STATUSES = ['paying', 'sealed', 'withdrawn'] as const;

const fundMember = personRegister({
  table: 'fund_member',
  key: ['id_number'],
  share: 0.45,
  date: 'opened_on',
  row: (person, { random, ordinal }) => ({
    id_number: person.idNumber,
    fund_account: registerNumber('H', person.serial, ordinal),
    fund_base: orNull(random, amount(random, 40_000)),
    fund_status: random.pick(STATUSES),
    opened_on: dayBetween(random, 1998, 2026),
  }),
});

export const housingFund = registerDepartment({
  name: 'housing-fund',
  databaseName: 'housing_fund',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [fundMember],
});
