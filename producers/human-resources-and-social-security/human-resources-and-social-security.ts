/** Human resources and social security: work, the lack of it, three insurances, the card, and the accounts of employers. */
import { anyOrganisation } from '../organisation.ts';
import { organisationRegister } from '../organisation-register.ts';
import { personRegister, registerNumber } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { reportedName } from '../reported.ts';
import { amount, dayBetween, orNull } from '../row-values.ts';

const OCCUPATIONS = ['工人', '教师', '会计', '司机', '护士', '程序员', '厨师'] as const;
const PENSION_STATUSES = ['paying', 'interrupted', 'retired'] as const;
const COVER = ['insured', 'paused', 'none'] as const;
const CARD_STATUSES = ['active', 'lost', 'replaced', 'cancelled'] as const;
const ACCOUNT_STATUSES = ['open', 'frozen', 'closed'] as const;
const COUNT_EXTREMES = [0, 2_147_483_647] as const;

const employmentContract = personRegister({
  table: 'employment_contract',
  key: ['contract_number'],
  share: 0.55,
  rowsMax: 3,
  date: 'contract_start',
  row: ({ idNumber, serial }, { random, ordinal, city }) => {
    const employer = anyOrganisation(city, random);
    return {
      contract_number: registerNumber('E', serial, ordinal),
      id_number: idNumber,
      employer_code: employer.code,
      employer_name: employer.name,
      occupation: orNull(random, random.pick(OCCUPATIONS)),
      contract_start: orNull(random, dayBetween(random, 2015, 2026), 0.02),
    };
  },
});

const unemploymentRegistration = personRegister({
  table: 'unemployment_registration',
  key: ['unemployment_number'],
  share: 0.1,
  rowsMax: 2,
  date: 'registered_on',
  row: ({ idNumber, serial }, { random, ordinal }) => ({
    unemployment_number: registerNumber('U', serial, ordinal),
    id_number: idNumber,
    registered_on: dayBetween(random, 2023, 2026),
  }),
});

const pensionAccount = personRegister({
  table: 'pension_account',
  key: ['id_number'],
  share: 0.7,
  row: (person, { random, ordinal }) => ({
    id_number: person.idNumber,
    pension_account: registerNumber('N', person.serial, ordinal),
    pension_status: random.pick(PENSION_STATUSES),
    pension_base: orNull(random, amount(random, 30_000)),
  }),
});

const injuryMaternityInsurance = personRegister({
  table: 'injury_maternity_insurance',
  key: ['id_number'],
  share: 0.5,
  row: (person, { random }) => ({
    id_number: person.idNumber,
    injury_status: orNull(random, random.pick(COVER)),
    maternity_status: orNull(random, random.pick(COVER), 0.4),
  }),
});

const socialSecurityCard = personRegister({
  table: 'social_security_card',
  key: ['id_number'],
  share: 0.8,
  date: 'issued_on',
  row: (person, setting) => {
    const { random, ordinal } = setting;
    return {
      id_number: person.idNumber,
      card_number: registerNumber('C', person.serial, ordinal),
      holder_name: reportedName(person, { ...setting, overlap: 'card-name' }),
      card_status: random.pick(CARD_STATUSES),
      photo_reference: orNull(random, `photo/${registerNumber('F', person.serial, ordinal)}`, 0.1),
      issued_on: dayBetween(random, 2010, 2026),
    };
  },
});

const insuranceAccount = organisationRegister({
  table: 'insurance_account',
  key: ['organisation_code'],
  share: 0.8,
  date: 'opened_on',
  row: ({ code, serial }, { random, ordinal }) => ({
    organisation_code: code,
    account_number: registerNumber('A', serial, ordinal),
    account_status: random.pick(ACCOUNT_STATUSES),
    insured_persons: random.chance(0.02)
      ? random.pick(COUNT_EXTREMES)
      : orNull(random, random.int(1, 5_000)),
    opened_on: dayBetween(random, 1995, 2026),
  }),
});

export const humanResources = registerDepartment({
  name: 'human-resources-and-social-security',
  databaseName: 'human_resources_and_social_security',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [
    employmentContract,
    unemploymentRegistration,
    pensionAccount,
    injuryMaternityInsurance,
    socialSecurityCard,
    insuranceAccount,
  ],
});
