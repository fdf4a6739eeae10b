import { describe, expect, test } from 'vitest';
import {
  checkPredicate,
  PREDICATE_CHARS_MAX,
  type PredicateColumn,
} from '../../../../bus/agreement/predicate/predicate.ts';
import { isProblem, parseColumnType } from '../../../../bus/change/column-type.ts';

const TYPES = {
  division: 'char(6)',
  status: "enum('signed','cancelled')",
  note: 'text',
  floors: 'smallint',
  built: 'year',
  price: 'decimal(12,2)',
  rate: 'double',
  single: 'float',
  signed_on: 'date',
  changed_at: 'datetime(3)',
  seen_at: 'timestamp',
  opens: 'time',
  vacant: 'boolean',
  plan: 'blob',
  extra: 'json',
};

const columns: readonly PredicateColumn[] = Object.entries(TYPES).map(([name, declared]) => {
  const type = parseColumnType(declared);
  if (isProblem(type)) throw new Error(type.message);
  return { name, type };
});

function problemsOf(cel: string): readonly string[] {
  return checkPredicate(cel, columns).problems ?? [];
}

describe('A predicate is refused', () => {
  test.each<{ cel: string; problem: RegExp }>([
    { cel: '', problem: /not CEL at character 1/ },
    { cel: 'row.floors >', problem: /not CEL at character 13/ },
    { cel: "row.nowhere == 'a'", problem: /"row.nowhere": is not a field of the resource/ },
    { cel: "row.constructor == 'a'", problem: /"row.constructor": is not a field/ },
    { cel: 'floors == 1', problem: /"floors": cannot be compared/ },
    { cel: 'after.floors == 1', problem: /is not row\.<field>/ },
    { cel: 'row.floors', problem: /no condition by itself/ },
    { cel: 'row.floors + 1 == 2', problem: /"row.floors \+ 1": cannot be compared/ },
    { cel: "'signed'", problem: /is not a condition/ },
    { cel: '1 == 1', problem: /compares two constants/ },
    { cel: "row.note.matches('a+')", problem: /is not a condition/ },
    { cel: 'row.note.startsWith(row.division)', problem: /takes one text constant/ },
    { cel: "row.floors.startsWith('1')", problem: /needs a column of text/ },
    { cel: 'size(row.floors) == 1', problem: /needs a column of text/ },
    { cel: "['a'].exists(x, x == 'a')", problem: /is not a condition/ },
    { cel: 'row.division == 110102', problem: /expected text, because the column is char\(6\)/ },
    { cel: "row.division == '1101020'", problem: /longer than 6 characters/ },
    { cel: "row.division == '\\u0000'", problem: /U\+0000/ },
    { cel: "row.status == 'sold'", problem: /not one of the declared values/ },
    { cel: "row.status < 'signed'", problem: /no order/ },
    { cel: 'row.vacant < true', problem: /no order/ },
    { cel: 'row.note < null', problem: /null has no order/ },
    { cel: 'size(row.note) == null', problem: /only a row.<field> can be null/ },
    { cel: "row.note in ['a', null]", problem: /ask for null with == null/ },
    { cel: 'row.note in [row.division]', problem: /is not a constant/ },
    { cel: 'row.note in row.division', problem: /not a list/ },
    { cel: 'row.floors == 40000', problem: /outside -32768 … 32767/ },
    { cel: "row.floors == '4'", problem: /expected a whole number/ },
    { cel: 'row.price > 1e3', problem: /without an exponent/ },
    { cel: 'row.rate == 9007199254740993', problem: /no exact double/ },
    { cel: 'row.single > 1.5', problem: /type float can only be compared with null/ },
    { cel: "row.opens == '10:00:00'", problem: /type time can only be compared with null/ },
    { cel: "row.extra == '{}'", problem: /type json can only be compared with null/ },
    { cel: "row.plan == b'x'", problem: /cannot be compared/ },
    { cel: "row.signed_on > '2024-02-30'", problem: /not a date/ },
    { cel: "row.signed_on > '2024-2-3'", problem: /not a date/ },
    { cel: "row.changed_at > '2024-02-03'", problem: /not a date and time/ },
    {
      cel: 'row.changed_at > row.seen_at',
      problem: /datetime\(3\) and timestamp cannot be compared/,
    },
    { cel: 'row.division == row.floors', problem: /cannot be compared/ },
    { cel: 'row.rate < row.price', problem: /cannot be compared/ },
    { cel: '('.repeat(200) + 'row.vacant' + ')'.repeat(200), problem: /Exceeded maxDepth/ },
    { cel: '!'.repeat(1_200) + 'row.vacant', problem: /Exceeded maxAstNodes/ },
    { cel: 'row.vacant || '.repeat(300) + 'row.vacant', problem: /longer than 4000 characters/ },
  ])('$cel', ({ cel, problem }) => {
    const problems = problemsOf(cel);
    expect(problems.join('\n')).toMatch(problem);
    for (const one of problems) expect(one).toMatch(/^[^\n]+[.…]$/);
  });

  test('with all of its problems at once, each once', () => {
    const cel = "row.a == 1 && (row.floors == 'x' || row.a == 1) && !has(row.b)";
    expect(problemsOf(cel)).toHaveLength(3);
  });
});

describe('A predicate is accepted', () => {
  test.each([
    "row.division.startsWith('110102') && row.status in ['signed','cancelled']",
    'has(row.note) && size(row.note) <= 200',
    'row.built >= 1900 && row.built < 100',
    'row.plan != null && row.extra == null && has(row.opens)',
    'row.price >= -12.345678 && row.price != row.floors',
    "row.changed_at >= '2024-02-03 10:00:00' && '2024-02-03 10:00:00' < row.seen_at",
    'row.vacant ? row.rate > 1e-3 : !(row.rate <= 1)',
    'true',
    "// who lives here\nrow.division == '110102'",
  ])('%s', (cel) => {
    expect(problemsOf(cel)).toEqual([]);
  });

  test('and tells the columns it reads and the parts that must all hold', () => {
    const { predicate } = checkPredicate(
      "row.vacant && (row.price > 1.0 || row.floors > 2) && row.division in ['110102']",
      columns,
    );
    expect(predicate?.columns).toEqual(['division', 'floors', 'price', 'vacant']);
    expect(predicate?.clauses.map(({ cel }) => cel)).toEqual([
      'row.vacant',
      'row.price > 1.0 || row.floors > 2',
      "row.division in ['110102']",
    ]);
  });

  test('up to a length that a person still reads', () => {
    const cel = `row.note == '${'x'.repeat(PREDICATE_CHARS_MAX)}'`;
    expect(problemsOf(cel.slice(0, PREDICATE_CHARS_MAX - 1) + "'")).toEqual([]);
    expect(problemsOf(cel)[0]).toMatch(/longer than 4000/);
  });
});

describe('In SQL a text is nothing but a text', () => {
  test.each([["'"], ['"'], ['\\'], ["\\'; DROP TABLE x; --"], ['`'], ['?'], ['%_'], ['😀']])(
    '%s',
    (text) => {
      const { predicate } = checkPredicate(`row.note == ${JSON.stringify(text)}`, columns);
      const hex = Buffer.from(text).toString('hex');
      expect(predicate?.sql('mariadb', (name) => name)).toContain(`X'${hex}'`);
      const inPostgres = predicate?.sql('postgresql', (name) => name) ?? '';
      const [, quoted = ''] = /E'((?:[^'\\]|''|\\\\)*)'\)\)? IS TRUE/.exec(inPostgres) ?? [];
      expect(quoted.replaceAll("''", "'").replaceAll('\\\\', '\\')).toBe(text);
    },
  );
});
