import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareText } from '../../producers/oracle-order.ts';
import { expectedPopulation, POPULATION_ITEMS } from '../../producers/population-oracle.ts';
import {
  NO_SOURCE_ROWS,
  type SourceRow,
  type SourceTables,
} from '../../producers/source-tables.ts';

type PersonRow = SourceRow<'person'>;
type MarriageRow = SourceRow<'marriage'>;
type ReliefRow = SourceRow<'relief_case'>;

function personRow(id: string): PersonRow {
  return {
    id_number: id,
    name: `N${id}`,
    former_name: null,
    sex: '1',
    ethnicity: '01',
    birth_date: '1990-01-01',
    birthplace_division: '440106',
  };
}

function marriage(
  number: string,
  [a, b]: readonly [string, string],
  on: string,
  event = 'married',
): MarriageRow {
  return {
    registration_number: number,
    spouse_a_id_number: a,
    spouse_b_id_number: b,
    event_type: event,
    registered_on: on,
  };
}

function relief(number: string, approvedOn: string | null, idNumber = 'A'): ReliefRow {
  return {
    case_number: number,
    id_number: idNumber,
    relief_type: 'medical',
    relief_status: number,
    approved_on: approvedOn,
    monthly_amount: '10.00',
  };
}

function block(id: string, tables: Partial<SourceTables>) {
  const person = ['A', 'B', 'C'].map(personRow);
  return expectedPopulation({ ...NO_SOURCE_ROWS, person, ...tables }).get(id);
}

describe('the expected population', () => {
  test('only persons with an identity row are expected, others are stubs', () => {
    const expected = expectedPopulation({
      ...NO_SOURCE_ROWS,
      person: [personRow('A')],
      residence: [
        { id_number: 'B', residence_division: '440106', residence_address: 'x', phone: null },
      ],
      marriage: [marriage('J1', ['A', 'B'], '2020-01-01')],
      relief_case: [relief('R1', null, 'B')],
    });
    expect([...expected.keys()]).toEqual(['A']);
    expect(expected.get('A')).toMatchObject({
      spouse_id_number: 'B',
      phone: null,
      relief_type: null,
    });
  });

  test('absent blocks are null in every item', () => {
    const row = block('A', {});
    const absent = Object.entries(row ?? {}).filter(([, value]) => value === null);
    expect(absent).toHaveLength(POPULATION_ITEMS.length - 6);
  });

  test.each([
    {
      rows: [marriage('J2', ['A', 'B'], '2020-01-01'), marriage('J1', ['C', 'A'], '2021-01-01')],
      status: 'married',
      spouse: 'C',
      on: '2021-01-01',
      reason: 'a later date wins over a greater number',
    },
    {
      rows: [
        marriage('J1', ['A', 'B'], '2020-01-01'),
        marriage('L1', ['B', 'A'], '2020-01-01', 'divorced'),
      ],
      status: 'divorced',
      spouse: 'B',
      on: '2020-01-01',
      reason: 'on one day the greater number wins',
    },
    {
      rows: [marriage('J10', ['A', 'B'], '2020-01-01'), marriage('J9', ['A', 'C'], '2020-01-01')],
      status: 'married',
      spouse: 'C',
      on: '2020-01-01',
      reason: 'numbers are text, not figures',
    },
    {
      rows: [marriage('Ja', ['A', 'B'], '2020-01-01'), marriage('JB', ['A', 'C'], '2020-01-01')],
      status: 'married',
      spouse: 'B',
      on: '2020-01-01',
      reason: 'capitals come before small letters, byte by byte',
    },
    {
      rows: [marriage('J1', ['B', 'A'], '2020-01-01', 'annulled')],
      status: 'annulled',
      spouse: 'B',
      on: '2020-01-01',
      reason: 'the person may be the second spouse',
    },
    {
      rows: [marriage('J1', ['B', 'C'], '2020-01-01')],
      status: null,
      spouse: null,
      on: null,
      reason: 'marriages of others do not count',
    },
  ])('marriage: $reason', ({ rows, status, spouse, on }) => {
    const expected = { marital_status: status, spouse_id_number: spouse, marriage_event_date: on };
    expect(block('A', { marriage: rows })).toMatchObject(expected);
    expect(block('A', { marriage: rows.toReversed() })).toMatchObject(expected);
  });

  test.each([
    {
      rows: [relief('R2', null), relief('R1', '1999-01-01')],
      latest: 'R1',
      reason: 'an approved case wins over one without a date',
    },
    {
      rows: [relief('R1', null), relief('R2', null)],
      latest: 'R2',
      reason: 'without dates the greater number wins',
    },
    {
      rows: [relief('R9', '2020-01-01'), relief('R1', '2020-01-02')],
      latest: 'R1',
      reason: 'a later approval wins',
    },
    {
      rows: [relief('R9', '2020-01-01'), relief('R1', '2020-01-01')],
      latest: 'R9',
      reason: 'on one day the greater number wins',
    },
    { rows: [relief('R9', '2020-01-01', 'B')], latest: null, reason: "others' cases do not count" },
  ])('relief: $reason', ({ rows, latest }) => {
    expect(block('A', { relief_case: rows })?.relief_status).toBe(latest);
    expect(block('A', { relief_case: rows.toReversed() })?.relief_status).toBe(latest);
  });

  test('text is ordered by code point, also where UTF-16 would order otherwise', () => {
    const [rare, wideA] = ['\u{20BB7}', '\uFF21'];
    expect(rare < wideA).toBe(true);
    expect(compareText(rare, wideA)).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const points = (text: string) => Array.from(text, (c) => c.codePointAt(0) ?? 0);
        const [left, right] = [points(a), points(b)];
        const place = left.findIndex((point, i) => point !== right[i]);
        const byPoints =
          place < 0 || place >= right.length
            ? left.length - right.length
            : left[place]! - right[place]!;
        expect(Math.sign(compareText(a, b))).toBe(Math.sign(byPoints));
      }),
    );
  });
});
