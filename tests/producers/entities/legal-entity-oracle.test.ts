import { describe, expect, test } from 'vitest';
import { type EntityTables, NO_ENTITY_ROWS } from '../../../producers/entity-tables.ts';
import {
  expectedLegalEntities,
  expectedLegalEntityConflicts,
  FURTHER_ITEMS,
} from '../../../producers/legal-entity-oracle.ts';
import type { TextRow } from '../../../producers/source-tables.ts';

function organisation(code: string, columns: TextRow = {}): TextRow {
  return {
    organisation_code: code,
    organisation_type_code: '11',
    name: `N${code}`,
    industry_code: '6511',
    division: '440106',
    address: 'x',
    phone: null,
    registered_capital: '1.00',
    approved_on: '2001-01-01',
    currency_code: 'CNY',
    legal_representative: 'L',
    registration_number: 'R',
    status: 'registered',
    successor_code: null,
    closed_on: null,
    ...columns,
  };
}

function enterprise(code: string, columns: TextRow = {}): TextRow {
  return {
    organisation_code: code,
    enterprise_name: `N${code}`,
    address: 'x',
    legal_representative: 'L',
    registration_number: 'R',
    ...columns,
  };
}

const tables = (some: Partial<EntityTables>): EntityTables => ({ ...NO_ENTITY_ROWS, ...some });

describe('the expected legal entities', () => {
  test.each([
    ['registered', 1, 'it was registered'],
    ['changed', 1, 'it changed and lives on'],
    ['closed', 0, 'a closed one leaves the active view'],
    ['merged', 0, 'so does one that went up in another'],
  ])('with status %s: %i shown, %s', (status, count) => {
    const rows = [organisation('A', { status })];
    expect(expectedLegalEntities(tables({ organisation: rows })).size).toBe(count);
  });

  test('an organisation that only other bodies know is not shown', () => {
    const expected = expectedLegalEntities(tables({ enterprise: [enterprise('A')] }));
    expect(expected.size).toBe(0);
  });

  test('absent blocks are null in every item', () => {
    const row = expectedLegalEntities(tables({ organisation: [organisation('A')] })).get('A');
    expect(FURTHER_ITEMS.map((item) => row?.[item])).toEqual(FURTHER_ITEMS.map(() => null));
  });

  test('of several inspections the last year counts', () => {
    const inspection = (inspection_year: string) => ({
      organisation_code: 'A',
      inspection_year,
      inspection_result: inspection_year,
      inspected_on: null,
    });
    for (const years of [
      ['2024', '2025', '2023'],
      ['2025', '2024'],
    ]) {
      const annual_inspection = years.map(inspection);
      const all = tables({ organisation: [organisation('A')], annual_inspection });
      expect(expectedLegalEntities(all).get('A')?.inspection_result).toBe('2025');
    }
  });

  test('tax and insurance are shown under the names of the view', () => {
    const all = tables({
      organisation: [organisation('A')],
      tax_registration: [
        {
          organisation_code: 'A',
          taxpayer_number: 't',
          registration_status: 's',
          registered_on: '2020-01-01',
        },
      ],
      insurance_account: [
        {
          organisation_code: 'A',
          account_number: 'a',
          account_status: 'open',
          insured_persons: '7',
        },
      ],
    });
    expect(expectedLegalEntities(all).get('A')).toMatchObject({
      taxpayer_number: 't',
      tax_registration_status: 's',
      tax_registered_on: '2020-01-01',
      insurance_account_number: 'a',
      insurance_account_status: 'open',
      insured_persons: '7',
    });
  });
});

describe('the expected conflicts', () => {
  test.each([
    { says: {}, items: [], reason: 'both say the same' },
    { says: { enterprise_name: 'NA ' }, items: ['name'], reason: 'a blank at the end differs' },
    { says: { address: 'X' }, items: ['address'], reason: 'capitals differ' },
    { says: { address: null }, items: [], reason: 'who says nothing contradicts nobody' },
    {
      says: { address: 'y', legal_representative: 'M', registration_number: 'S' },
      items: ['address', 'legal_representative', 'registration_number'],
      reason: 'each item is a conflict of its own',
    },
  ])('$items: $reason', ({ says, items }) => {
    const all = tables({
      organisation: [organisation('A')],
      enterprise: [enterprise('A', says)],
    });
    const open = [...expectedLegalEntityConflicts(all).values()];
    expect(open.map(({ item }) => item)).toEqual(items);
    expect(open.every(({ reporter, entity }) => reporter === 'enterprise' && entity === 'A')).toBe(
      true,
    );
  });

  test.each([
    { decided: { address: null }, count: 1, reason: 'NULL of the authority is another value' },
    { decided: { status: 'closed', name: 'Z' }, count: 1, reason: 'a closed one counts too' },
  ])('$count where $reason', ({ decided, count }) => {
    const all = tables({
      organisation: [organisation('A', decided)],
      enterprise: [enterprise('A')],
    });
    expect(expectedLegalEntityConflicts(all).size).toBe(count);
  });

  test('without a row of quality supervision there is nothing to contradict', () => {
    const all = tables({ enterprise: [enterprise('A', { address: 'y' })] });
    expect(expectedLegalEntityConflicts(all).size).toBe(0);
  });

  test('each registering body is a reporter of its own, by the name that it uses', () => {
    const { enterprise_name: _, ...rest } = enterprise('A');
    const all = tables({
      organisation: [organisation('A')],
      social_organisation: [{ ...rest, organisation_name: 'other' }],
      public_institution: [{ ...rest, institution_name: 'another' }],
    });
    const open = [...expectedLegalEntityConflicts(all).values()];
    expect(open.map(({ reporter, reportedValue }) => [reporter, reportedValue])).toEqual([
      ['social_organisation', 'other'],
      ['public_institution', 'another'],
    ]);
  });
});
