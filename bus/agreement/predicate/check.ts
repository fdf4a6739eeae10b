/**
 * From a parsed CEL expression to a condition: only the agreed part of the language, every field
 * known, every comparison between values of one kind. All problems are gathered, each with the
 * piece of the expression it is about; what passes here can only be undecided because of a NULL.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { ColumnType } from '../../change/column-type.ts';
import {
  comparisonOf,
  commonComparison,
  fitConstant,
  textFault,
  writtenConstant,
  type Written,
} from './comparison.ts';
import {
  ORDER_OPERATORS,
  TEXT_TESTS,
  type Comparison,
  type Condition,
  type Constant,
  type Field,
  type Operand,
  type OrderOperator,
  type Size,
  type TextTest,
} from './condition.ts';

/** `row.<field>` and its functions, in the words of a remedy. */
const ALLOWED =
  'Allowed are row.<field>, constants, == != < <= > >=, in […], && || !, ? :, has(), size(), startsWith(), endsWith() and contains().';

export type Checker = {
  readonly columns: ReadonlyMap<string, ColumnType>;
  readonly problems: string[];
};

type Node<Op extends ASTNode['op']> = Extract<ASTNode, { op: Op }>;

/** The condition; undefined when it has problems, which are then in `checker.problems`. */
export function conditionOf(node: ASTNode, checker: Checker): Condition | undefined {
  switch (node.op) {
    case '&&':
    case '||':
      return junction(node, checker);
    case '!_': {
      const of = conditionOf(node.args, checker);
      return of && { kind: 'not', of };
    }
    case '?:':
      return choice(node, checker);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(node, checker);
    case 'in':
      return among(node, checker);
    case 'call':
      return node.args[0] === 'has' ? has(node, checker) : notACondition(node, checker);
    case 'rcall':
      return textTest(node, checker);
    case '.':
      return flag(node, checker);
    case 'value':
      return typeof node.args === 'boolean'
        ? { kind: 'constant', value: node.args }
        : notACondition(node, checker);
    default:
      return notACondition(node, checker);
  }
}

function junction(node: Node<'&&' | '||'>, checker: Checker): Condition | undefined {
  const left = conditionOf(node.args[0], checker);
  const right = conditionOf(node.args[1], checker);
  return left && right && { kind: node.op === '&&' ? 'and' : 'or', left, right };
}

function choice(node: Node<'?:'>, checker: Checker): Condition | undefined {
  const [when, yes, no] = node.args.map((part) => conditionOf(part, checker));
  return when && yes && no && { kind: 'choice', when, yes, no };
}

function flag(node: Node<'.'>, checker: Checker): Condition | undefined {
  const field = fieldOf(node, checker);
  if (!field) return undefined;
  if (field.type.kind === 'boolean') return { kind: 'flag', field };
  return problem(node, checker, 'is no condition by itself: compare it with something');
}

function has(node: Node<'call'>, checker: Checker): Condition | undefined {
  const [field, ...rest] = node.args[1];
  if (!field || rest.length > 0) return problem(node, checker, 'has() takes one row.<field>');
  const named = fieldOf(field, checker);
  return named && { kind: 'null-test', field: named, isNull: false };
}

function textTest(node: Node<'rcall'>, checker: Checker): Condition | undefined {
  const [name, target, args] = node.args;
  const test = TEXT_TESTS.find((known): known is TextTest => known === name);
  if (!test) return notACondition(node, checker);
  const field = fieldOf(target, checker);
  const [only, ...rest] = args;
  const text = only && rest.length === 0 ? writtenConstant(only)?.value : undefined;
  if (typeof text !== 'string') return problem(node, checker, `${test}() takes one text constant`);
  const fault = textFault(text);
  if (fault !== undefined) return problem(node, checker, `the text ${fault}`);
  if (!field) return undefined;
  if (!isText(field.type)) return problem(node, checker, `${test}() needs a column of text`);
  return { kind: 'text-test', test, field, text };
}

function isText({ kind }: ColumnType): boolean {
  return kind === 'chars' || kind === 'text' || kind === 'enum';
}

/** One side of a comparison: a constant is fitted to the other side later. */
type Side = Field | Size | { readonly kind: 'written'; readonly written: Written };

function comparison(
  node: Node<'==' | '!=' | OrderOperator>,
  checker: Checker,
): Condition | undefined {
  const left = sideOf(node.args[0], checker);
  const right = sideOf(node.args[1], checker);
  if (!left || !right) return undefined;
  if (left.kind === 'written' && right.kind === 'written') {
    return problem(node, checker, 'compares two constants');
  }
  if (isNull(left) || isNull(right)) return nullTest(node, isNull(left) ? right : left, checker);
  const pair = matched(left, right);
  if (typeof pair === 'string') return problem(node, checker, pair);
  const operator = ORDER_OPERATORS.find((known) => known === node.op);
  if (!operator) return { kind: 'equal', negated: node.op === '!=', ...pair };
  if ([left, right].some((side) => side.kind === 'field' && side.type.kind === 'enum')) {
    return problem(node, checker, 'values of an enum have no order: use == or in […]');
  }
  if (pair.comparison.by === 'boolean') {
    return problem(node, checker, 'true and false have no order: use ==');
  }
  return { kind: 'order', operator, ...pair };
}

function isNull(side: Side): boolean {
  return side.kind === 'written' && side.written.value === null;
}

function nullTest(
  node: Node<'==' | '!=' | OrderOperator>,
  side: Side,
  checker: Checker,
): Condition | undefined {
  if (node.op !== '==' && node.op !== '!=') {
    return problem(node, checker, 'null has no order: use == null or != null');
  }
  if (side.kind !== 'field') return problem(node, checker, 'only a row.<field> can be null');
  return { kind: 'null-test', field: side, isNull: node.op === '==' };
}

type Matched = {
  readonly comparison: Comparison;
  readonly left: Operand;
  readonly right: Operand;
};

function matched(left: Side, right: Side): Matched | string {
  if (left.kind === 'written') {
    return right.kind === 'written' ? 'compares two constants' : turned(matched(right, left));
  }
  if (right.kind !== 'written') {
    const common = commonComparison(typeOf(left), typeOf(right));
    return typeof common === 'string' ? common : { comparison: common, left, right };
  }
  const fitted = fitConstant(typeOf(left), right.written);
  if (typeof fitted === 'string') return fitted;
  const literal = { kind: 'literal', value: fitted.value } as const;
  return { comparison: fitted.comparison, left, right: literal };
}

function turned(pair: Matched | string): Matched | string {
  return typeof pair === 'string' ? pair : { ...pair, left: pair.right, right: pair.left };
}

/** A number of characters is a whole number; no text has more than a bigint says. */
const SIZE_TYPE: ColumnType = { kind: 'integer', name: 'bigint', unsigned: false };

function typeOf(side: Field | Size): ColumnType {
  return side.kind === 'size' ? SIZE_TYPE : side.type;
}

function sideOf(node: ASTNode, checker: Checker): Side | undefined {
  const written = writtenConstant(node);
  if (written) return { kind: 'written', written };
  return valueOf(node, checker);
}

function valueOf(node: ASTNode, checker: Checker): Field | Size | undefined {
  if (node.op === '.') return fieldOf(node, checker);
  const sized = node.op === 'call' && node.args[0] === 'size' ? node.args[1] : undefined;
  if (!sized) return problem(node, checker, `cannot be compared. ${ALLOWED}`);
  const [of, ...rest] = sized;
  if (!of || rest.length > 0) return problem(node, checker, 'size() takes one row.<field>');
  const field = fieldOf(of, checker);
  if (!field) return undefined;
  if (!isText(field.type)) return problem(node, checker, 'size() needs a column of text');
  return { kind: 'size', of: field };
}

function fieldOf(node: ASTNode, checker: Checker): Field | undefined {
  const named = node.op === '.' && node.args[0].op === 'id' && node.args[0].args === 'row';
  if (!named) return problem(node, checker, `is not row.<field>. ${ALLOWED}`);
  const column = node.args[1];
  const type = checker.columns.get(column);
  if (type) return { kind: 'field', column, type };
  return problem(node, checker, 'is not a field of the resource');
}

function among(node: Node<'in'>, checker: Checker): Condition | undefined {
  const [left, list] = node.args;
  const operand = valueOf(left, checker);
  if (list.op !== 'list') return problem(list, checker, 'is not a list of constants in […]');
  const fitted = list.args.map((item) => listed(item, operand, checker));
  if (!operand) return undefined;
  let common = comparisonOf(typeOf(operand));
  if (typeof common === 'string') return problem(node, checker, common);
  const values: Constant[] = [];
  for (const item of fitted) {
    if (!item) return undefined;
    if (scaleOf(item.comparison) > scaleOf(common)) common = item.comparison;
    values.push(item.value);
  }
  return { kind: 'among', comparison: common, operand, values };
}

/** Digits after the point that a comparison needs; -1 for those that are not decimal. */
function scaleOf(comparison: Comparison): number {
  return comparison.by === 'decimal' ? comparison.scale : -1;
}

function listed(
  item: ASTNode,
  operand: Field | Size | undefined,
  checker: Checker,
): { readonly comparison: Comparison; readonly value: Constant } | undefined {
  const written = writtenConstant(item);
  if (!written) return problem(item, checker, 'is not a constant');
  if (written.value === null) return problem(item, checker, 'ask for null with == null');
  if (!operand) return undefined;
  const fitted = fitConstant(typeOf(operand), written);
  return typeof fitted === 'string' ? problem(item, checker, fitted) : fitted;
}

function notACondition(node: ASTNode, checker: Checker): undefined {
  return problem(node, checker, `is not a condition. ${ALLOWED}`);
}

function problem(node: ASTNode, checker: Checker, why: string): undefined {
  checker.problems.push(`"${node.input.slice(node.start, node.end)}": ${why.replace(/\.$/, '')}.`);
  return undefined;
}
