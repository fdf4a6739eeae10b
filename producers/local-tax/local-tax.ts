/**
 * Local tax: deed-tax declarations on contracts of pre-sale. Of a hundred declarations five differ
 * from their contract in area or price, as figures do that are typed a second time.
 */
import type { Random } from '../../bus/base/random.ts';
import type { SqlRow } from '../../bus/sql/sql.ts';
import { addDays } from '../dates.ts';
import { hundredths, twoDecimals, type Unit } from '../property.ts';
import { SOLD_UNITS } from '../property-subjects.ts';
import { register, registerNumber, type RowSetting } from '../register.ts';
import { isLoadOrdinal } from '../register-steps.ts';
import { registerDepartment } from '../registers.ts';

const MISTYPED_SHARE = 0.05;
const TAX_PER_CENT = 3;

const deedTaxDeclaration = register({
  table: 'deed_tax_declaration',
  key: ['declaration_number'],
  subjects: SOLD_UNITS,
  subjectColumn: 'unit_number',
  share: 0.9,
  date: 'filed_on',
  row: declarationRow,
});

export const localTax = registerDepartment({
  name: 'local-tax',
  databaseName: 'local_tax',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [deedTaxDeclaration],
});

function declarationRow(unit: Unit, { random, ordinal }: RowSetting): SqlRow {
  const { sale } = unit;
  return {
    declaration_number: registerNumber('D', unit.serial, ordinal),
    project_number: unit.projectNumber,
    unit_number: unit.number,
    contract_number: registerNumber('Y', unit.serial, 1),
    taxpayer_id_number: sale.buyer.idNumber,
    ...typed(unit, random),
    ...assessment(hundredths(sale.price), random),
    filed_on: addDays(sale.signedOn, isLoadOrdinal(ordinal) ? 30 : random.int(1, 400)),
  };
}

/** Area and price as the taxpayer types them. */
function typed({ area, sale }: Unit, random: Random): SqlRow {
  const declared = { declared_area: area, declared_price: sale.price };
  if (!random.chance(MISTYPED_SHARE)) return declared;
  return random.chance(0.5)
    ? { ...declared, declared_area: slip(area) }
    : { ...declared, declared_price: slip(sale.price) };
}

/** The last figure before the point is one more, or nought after nine: another value for certain. */
function slip(decimal: string): string {
  const point = decimal.indexOf('.');
  const figure = (Number(decimal.charAt(point - 1)) + 1) % 10;
  return `${decimal.slice(0, point - 1)}${figure}${decimal.slice(point)}`;
}

/** Filed without an assessment, or assessed at three per cent. */
function assessment(priceHundredths: number, random: Random): SqlRow {
  if (random.chance(0.3)) return { deed_tax: null, tax_status: 'filed' };
  const tax = Math.floor((priceHundredths * TAX_PER_CENT) / 100);
  return { deed_tax: twoDecimals(tax), tax_status: random.pick(['assessed', 'paid', 'refunded']) };
}
