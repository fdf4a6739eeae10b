/**
 * Row predicates: which rows of a resource an agreement shares, written in CEL over `row.<field>`.
 * A predicate is checked once against the resource's columns; afterwards it cannot fail but for a
 * NULL where a value is needed, and it has the same truth in memory and as SQL. Reading CEL is the
 * library's work; what its trees mean on rows of this bus is decided here (docs/masks-and-rows.md).
 */
import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { assert } from '../../base/assert.ts';
import { BusError } from '../../base/errors.ts';
import type { ColumnType } from '../../change/column-type.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import { conditionOf, type Checker } from './check.ts';
import type { Condition, Operand } from './condition.ts';
import { judgeOf, TRUE, UNDECIDED, type IndexOf, type Judge, type Verdict } from './evaluate.ts';
import { requirementOf, type Requirement } from './requirement.ts';
import { sqlOf, type Dialect } from './sql.ts';

export type { Dialect } from './sql.ts';
export type { IndexOf } from './evaluate.ts';
export type { Requirement } from './requirement.ts';

/** Named limits: an agreement is read by people, and its predicate runs for every row. */
export const PREDICATE_CHARS_MAX = 4_000;
const LIMITS = { maxAstNodes: 1_200, maxDepth: 100, maxListElements: 1_000 };

const language = new Environment({ limits: LIMITS });

export type PredicateColumn = { readonly name: string; readonly type: ColumnType };

/** A row that cannot be judged; it counts as out. Names columns, never a value. */
export class PredicateFault extends BusError {
  constructor(columns: readonly string[]) {
    super('PREDICATE_UNDECIDED', { columns: columns.join(', ') });
  }
}

export type ClauseVerdict = 'true' | 'false' | 'undecided';

/** One part of a predicate that is an && of parts; the whole when it is none. */
export type Clause = {
  readonly cel: string;
  readonly columns: readonly string[];
  bind(indexOf: IndexOf): (image: readonly ColumnValue[]) => ClauseVerdict;
};

export type Predicate = {
  readonly cel: string;
  /** Columns it reads, in alphabetical order. */
  readonly columns: readonly string[];
  /** Parts that must all hold, as written; for explanations. */
  readonly clauses: readonly Clause[];
  /** A row that does not meet it is certainly out; absent where nothing of the kind follows. */
  readonly requirement: Requirement | undefined;
  /**
   * The test for images whose column `c` stands at `indexOf(c)`; it throws PredicateFault when an
   * image cannot be judged. A column that `indexOf` does not know (below 0) is a bug of the caller.
   */
  bind(indexOf: IndexOf): (image: readonly ColumnValue[]) => boolean;
  /** An SQL condition, in brackets, that is TRUE where the test is true and FALSE everywhere else. */
  sql(dialect: Dialect, quote: (column: string) => string): string;
};

export type PredicateCheck =
  | { readonly predicate: Predicate; readonly problems?: undefined }
  | { readonly problems: readonly string[]; readonly predicate?: undefined };

/** Reads and checks; all problems at once, as sentences without line breaks. */
export function checkPredicate(cel: string, columns: readonly PredicateColumn[]): PredicateCheck {
  const ast = parse(cel);
  if (typeof ast === 'string') return { problems: [ast] };
  const checker: Checker = {
    columns: new Map(columns.map(({ name, type }) => [name, type])),
    problems: [],
  };
  const condition = conditionOf(ast, checker);
  if (!condition || checker.problems.length > 0)
    return { problems: [...new Set(checker.problems)] };
  return { predicate: predicateOf(ast, condition) };
}

function parse(cel: string): ASTNode | string {
  if (cel.length > PREDICATE_CHARS_MAX) {
    return `The predicate is longer than ${PREDICATE_CHARS_MAX} characters (${cel.length}).`;
  }
  try {
    return language.parse(cel).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const at = error.range === undefined ? '' : ` at character ${error.range.start + 1}`;
    return `The predicate is not CEL${at}: ${error.summary}.`;
  }
}

function predicateOf(ast: ASTNode, condition: Condition): Predicate {
  const columns = columnsOf(condition);
  return {
    cel: ast.input,
    columns,
    clauses: clausesOf(ast, condition),
    requirement: requirementOf(condition),
    bind(indexOf) {
      const positions = columns.map((column) => known(column, indexOf));
      const judge = judgeOf(condition, indexOf);
      return (image) => {
        const verdict = judge(image);
        if (verdict === UNDECIDED) throw faultOf(columns, positions, image);
        return verdict === TRUE;
      };
    },
    sql: (dialect, quote) => sqlOf(condition, { dialect, quote }),
  };
}

function known(column: string, indexOf: IndexOf): number {
  const position = indexOf(column);
  assert(position >= 0, `the images have no column ${column}, which the predicate reads`);
  return position;
}

function faultOf(
  columns: readonly string[],
  positions: readonly number[],
  image: readonly ColumnValue[],
): PredicateFault {
  const empty = columns.filter((_, at) => (image[positions[at] ?? -1] ?? null) === null);
  return new PredicateFault(empty.length > 0 ? empty : columns);
}

function clausesOf(node: ASTNode, condition: Condition): Clause[] {
  if (node.op === '&&' && condition.kind === 'and') {
    return [
      ...clausesOf(node.args[0], condition.left),
      ...clausesOf(node.args[1], condition.right),
    ];
  }
  const columns = columnsOf(condition);
  return [
    {
      cel: node.input.slice(node.start, node.end),
      columns,
      bind(indexOf) {
        for (const column of columns) known(column, indexOf);
        const judge: Judge = judgeOf(condition, indexOf);
        return (image) => WORDS[judge(image)];
      },
    },
  ];
}

const WORDS: Readonly<Record<Verdict, ClauseVerdict>> = { 0: 'false', 1: 'true', 2: 'undecided' };

function columnsOf(condition: Condition): string[] {
  const found = new Set<string>();
  gather(condition, found);
  return [...found].toSorted();
}

function gather(condition: Condition, found: Set<string>): void {
  switch (condition.kind) {
    case 'constant':
      return;
    case 'and':
    case 'or':
      gather(condition.left, found);
      gather(condition.right, found);
      return;
    case 'not':
      gather(condition.of, found);
      return;
    case 'choice':
      gather(condition.when, found);
      gather(condition.yes, found);
      gather(condition.no, found);
      return;
    case 'equal':
    case 'order':
      gatherOperand(condition.left, found);
      gatherOperand(condition.right, found);
      return;
    case 'among':
      gatherOperand(condition.operand, found);
      return;
    default:
      found.add(condition.field.column);
  }
}

function gatherOperand(operand: Operand, found: Set<string>): void {
  if (operand.kind === 'field') found.add(operand.column);
  if (operand.kind === 'size') found.add(operand.of.column);
}
