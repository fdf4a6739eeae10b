/** Rows of the construction commission; corrections bring other figures, now and then none or extreme ones. */
import type { SqlRow } from '../../bus/sql/sql.ts';
import { addDays } from '../dates.ts';
import type { Building, Project, Unit } from '../property.ts';
import { registerNumber, type RowSetting } from '../register.ts';
import { isLoadOrdinal } from '../register-steps.ts';

const CANCELLED_SHARE = 0.08;
const PRICE_EXTREMES = ['0.01', '99999999999999.99'] as const;

/** The ordinal that a contract entered by a step can have at most. */
const CONTRACTS_MAX = 9_999_999;

export function projectRow(of: Project, { random, ordinal }: RowSetting): SqlRow {
  const isChanged = !isLoadOrdinal(ordinal);
  const more = isChanged ? random.int(-1, 2) : 0;
  return {
    project_number: of.number,
    developer_code: of.developerCode,
    project_name: isChanged && random.chance(0.3) ? `${of.name}二期` : of.name,
    division: of.division,
    total_units: isChanged && random.chance(0.02) ? null : of.units.length + more,
    total_area: of.totalArea,
    self_reported_sold_ratio: random.chance(0.1)
      ? null
      : `${random.int(0, 99)}.${random.int(1000, 9999)}`,
    licensed_on: of.licensedOn,
  };
}

export function buildingRow(of: Building, { random, ordinal }: RowSetting): SqlRow {
  return {
    building_number: of.number,
    project_number: of.projectNumber,
    address: random.chance(0.02) ? null : of.address,
    floors: isLoadOrdinal(ordinal) ? of.floors : random.int(1, 60),
    completed_on: of.completedOn,
  };
}

export function unitRow(of: Unit, { random, ordinal }: RowSetting): SqlRow {
  const isMeasuredAnew = !isLoadOrdinal(ordinal) && random.chance(0.3);
  return {
    unit_number: of.number,
    project_number: of.projectNumber,
    building_number: of.buildingNumber,
    floor: of.floor,
    area: isMeasuredAnew ? `${random.int(12, 250)}.${random.int(10, 99)}` : of.area,
    unit_usage: of.usage,
  };
}

/** The contract of a unit; one of twelve was cancelled again. */
export function contractRow(of: Unit, { random, ordinal }: RowSetting): SqlRow {
  const isFirst = isLoadOrdinal(ordinal);
  const { sale } = of;
  const signedOn = isFirst ? sale.signedOn : addDays('2025-01-01', random.int(0, 500));
  const isOdd = !isFirst && random.chance(0.02);
  return {
    contract_number: registerNumber('Y', of.serial, ordinal),
    project_number: of.projectNumber,
    unit_number: of.number,
    buyer_id_number: sale.buyer.idNumber,
    ...(random.chance(CANCELLED_SHARE)
      ? cancelled(addDays(signedOn, random.int(0, 90)))
      : { status: 'signed', cancelled_on: null }),
    signed_on: signedOn,
    area: of.area,
    price: isOdd ? random.pick(PRICE_EXTREMES) : sale.price,
  };
}

/** A new contract that is in force. */
export function signedRow(of: Unit, setting: Omit<RowSetting, 'ordinal'>): SqlRow {
  const ordinal = setting.random.int(1_000, CONTRACTS_MAX);
  return { ...contractRow(of, { ...setting, ordinal }), status: 'signed', cancelled_on: null };
}

export function cancelled(on: string): SqlRow {
  return { status: 'cancelled', cancelled_on: on };
}
