/** The disabled persons’ federation: cards, their kind and level, and until when they are valid. */
import { personRegister, registerNumber } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { dayBetween, orNull } from '../row-values.ts';

const TYPES = [
  'visual',
  'hearing',
  'speech',
  'physical',
  'intellectual',
  'mental',
  'multiple',
] as const;

const disabilityCard = personRegister({
  table: 'disability_card',
  key: ['id_number'],
  share: 0.07,
  date: 'disability_valid_until',
  row: (person, { random, ordinal }) => ({
    id_number: person.idNumber,
    disability_card_number: registerNumber('D', person.serial, ordinal),
    disability_type: random.pick(TYPES),
    disability_level: orNull(random, random.int(1, 4), 0.02),
    disability_valid_until: orNull(random, dayBetween(random, 2024, 2036)),
  }),
});

export const disabledFederation = registerDepartment({
  name: 'disabled-federation',
  databaseName: 'disabled_federation',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [disabilityCard],
});
