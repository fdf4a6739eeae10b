/** Further registers of the police: moves, vehicles and driving licences. */
import type { Random } from '../../bus/base/random.ts';
import { personRegister, registerNumber } from '../register.ts';
import { dayBetween, orNull } from '../row-values.ts';

const MOVE_TYPES = ['in', 'out', 'within'] as const;
const VEHICLE_TYPES = ['small-car', 'motorcycle', 'lorry', 'bus', 'electric'] as const;
const VEHICLE_STATUSES = ['normal', 'overdue', 'seized', 'scrapped'] as const;
const LICENCE_CLASSES = ['A1', 'A2', 'B1', 'B2', 'C1', 'C2', 'D'] as const;
const PLATE_CHARACTERS = Array.from('0123456789ABCDEFGHJKLMNPQRSTUVWXYZ');

const migration = personRegister({
  table: 'migration',
  key: ['migration_number'],
  share: 0.25,
  rowsMax: 3,
  date: 'move_date',
  row: ({ idNumber, serial, birthplaceDivision, homeDivision }, { random, ordinal }) => ({
    migration_number: registerNumber('Q', serial, ordinal),
    id_number: idNumber,
    move_type: random.pick(MOVE_TYPES),
    move_date: dayBetween(random, 1990, 2026),
    from_division: orNull(random, birthplaceDivision),
    to_division: orNull(random, homeDivision),
  }),
});

const vehicle = personRegister({
  table: 'vehicle',
  key: ['vehicle_number'],
  share: 0.3,
  rowsMax: 2,
  date: 'first_registered_on',
  row: ({ idNumber, serial }, { random, ordinal }) => ({
    vehicle_number: registerNumber('V', serial, ordinal),
    id_number: idNumber,
    plate_number: plate(random),
    vehicle_type: random.pick(VEHICLE_TYPES),
    first_registered_on: orNull(random, dayBetween(random, 2004, 2026), 0.02),
    vehicle_status: random.pick(VEHICLE_STATUSES),
  }),
});

const drivingLicence = personRegister({
  table: 'driving_licence',
  key: ['id_number'],
  share: 0.4,
  date: 'licence_valid_until',
  row: (person, { random, ordinal }) => ({
    id_number: person.idNumber,
    licence_number: registerNumber('L', person.serial, ordinal),
    licence_class: orNull(random, random.pick(LICENCE_CLASSES), 0.02),
    licence_valid_until: orNull(random, dayBetween(random, 2024, 2040), 0.02),
  }),
});

export const FURTHER_REGISTERS = [migration, vehicle, drivingLicence] as const;

/** Null for a vehicle that waits for its plate. */
function plate(random: Random): string | null {
  if (random.chance(0.03)) return null;
  return `京A${Array.from({ length: 5 }, () => random.pick(PLATE_CHARACTERS)).join('')}`;
}
