import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compileUpsert,
  upsertStatements,
  type UpsertRow,
  type UpsertTarget,
} from '../../../../bus/view/compile/upsert.ts';

const TARGET: UpsertTarget = {
  table: 't',
  keyColumns: ['k1', 'k2'],
  valueColumns: ['a', 'b'],
  there: 'x__there',
  at: 'x__at',
  version: 'x__v',
  guard: 'newest',
};
const LIMITS = { rowsMax: 1_000, charsMax: 2_000_000 };

function row(key: string, values: UpsertRow['values'] = ['1', null]): UpsertRow {
  return { key: [key, 7], values, atMs: 5, version: 9n };
}

describe('compileUpsert', () => {
  test('assigns the version last, because every guard before it reads the stored one', () => {
    const { tail } = compileUpsert(TARGET);
    const assigned = [...tail.matchAll(/`(\w+)` = /g)].map(([, name]) => name);
    expect(assigned).toEqual(['a', 'b', 'x__there', 'x__at', 'x__v']);
  });

  test('guards every column, and lets an equal version through', () => {
    const { tail } = compileUpsert(TARGET);
    for (const column of ['a', 'b', 'x__there', 'x__at'])
      expect(tail).toContain(
        `\`${column}\` = IF(VALUES(\`x__v\`) >= \`x__v\`, VALUES(\`${column}\`), \`${column}\`)`,
      );
    expect(tail).toContain('`x__v` = GREATEST(`x__v`, VALUES(`x__v`))');
  });

  test('a block written under the row’s lock counts its changes instead', () => {
    const { tail } = compileUpsert({ ...TARGET, guard: 'count' });
    expect(tail).not.toContain('IF(');
    expect(tail).toMatch(/`x__v` = `x__v` \+ 1$/);
  });

  test('never deletes', () => {
    const all = upsertStatements(compileUpsert(TARGET), [row('a', null)], LIMITS).join();
    expect(all).not.toMatch(/\bDELETE\b/i);
    expect(all).toContain("('a',7,NULL,NULL,0,5,9)");
  });

  test.each(['a`b', 'a b', "a'", '', '1a', 'a'.repeat(65), 'é'])(
    'a column named %j never gets into a statement',
    (name) => {
      expect(() => compileUpsert({ ...TARGET, valueColumns: [name] })).toThrow(/plain SQL name/);
    },
  );
});

describe('upsertStatements', () => {
  const compiled = compileUpsert(TARGET);
  const rowsOf = (sql: string): number => sql.split('\n').filter((l) => l.startsWith('(')).length;

  test('no rows are no statement', () => {
    expect(upsertStatements(compiled, [], LIMITS)).toEqual([]);
  });

  test.each([
    [1, 10, [1]],
    [10, 10, [10]],
    [11, 10, [10, 1]],
    [25, 10, [10, 10, 5]],
  ])('%i rows, at most %i in a statement: %j', (count, rowsMax, expected) => {
    const rows = Array.from({ length: count }, (_, i) => row(String(i)));
    const statements = upsertStatements(compiled, rows, { rowsMax, charsMax: 1e9 });
    expect(statements.map(rowsOf)).toEqual(expected);
  });

  test('a statement ends with the row that fills it', () => {
    const long = row('x', ['y'.repeat(1_000), null]);
    const statements = upsertStatements(compiled, [long, row('a'), row('b'), long], {
      rowsMax: 1_000,
      charsMax: 1_000,
    });
    expect(statements.map(rowsOf)).toEqual([1, 3]);
  });

  test('every row is in exactly one statement, in the order given, whatever the limits', () => {
    const keys = fc.array(fc.string({ unit: fc.constantFrom('a', "'", '\\', '\n', '𠮷') }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        keys,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 200 }),
        (of, rowsMax, charsMax) => {
          const rows = of.map((key) => row(key));
          const body = (statements: string[]): string =>
            statements
              .map((sql) => sql.slice(compiled.head.length, -compiled.tail.length))
              .join(',\n');
          const chunked = upsertStatements(compiled, rows, { rowsMax, charsMax });
          expect(body(chunked)).toBe(body(upsertStatements(compiled, rows, LIMITS)));
        },
      ),
    );
  });
});
