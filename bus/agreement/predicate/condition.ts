/**
 * A row predicate after checking: the small typed tree that evaluation and SQL are both made from,
 * so that they cannot drift apart. A condition is true, false or undecided; undecided is what CEL
 * calls an error, and behaves like SQL's unknown in && and || (an error is absorbed when the other
 * side alone decides).
 */
import type { ColumnType } from '../../change/column-type.ts';

/** How two sides are compared; both sides of one comparison have the same. */
export type Comparison =
  /** By Unicode code points, without padding. */
  | { readonly by: 'text' }
  | { readonly by: 'integer' }
  /** Exactly, both sides brought to `scale` digits after the point. */
  | { readonly by: 'decimal'; readonly scale: number }
  | { readonly by: 'double' }
  | { readonly by: 'boolean' }
  /** Canonical texts of days and moments are in the order of time. */
  | { readonly by: 'date' }
  | { readonly by: 'moment'; readonly name: 'datetime' | 'timestamp' };

/** Text, days, moments and decimals are strings, whole numbers bigint, doubles number. */
export type Constant = string | bigint | number | boolean;

export type Field = {
  readonly kind: 'field';
  readonly column: string;
  readonly type: ColumnType;
};
/** The number of characters (code points) of a text. */
export type Size = { readonly kind: 'size'; readonly of: Field };
export type Literal = { readonly kind: 'literal'; readonly value: Constant };
export type Operand = Field | Size | Literal;

export const ORDER_OPERATORS = ['<', '<=', '>', '>='] as const;
export type OrderOperator = (typeof ORDER_OPERATORS)[number];
export const TEXT_TESTS = ['startsWith', 'endsWith', 'contains'] as const;
export type TextTest = (typeof TEXT_TESTS)[number];

export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'choice';
      readonly when: Condition;
      readonly yes: Condition;
      readonly no: Condition;
    }
  /** A boolean column by itself; undecided when NULL. */
  | { readonly kind: 'flag'; readonly field: Field }
  /** Always decided. */
  | { readonly kind: 'null-test'; readonly field: Field; readonly isNull: boolean }
  /** Always decided: NULL equals NULL and nothing else. */
  | {
      readonly kind: 'equal';
      readonly negated: boolean;
      readonly comparison: Comparison;
      readonly left: Operand;
      readonly right: Operand;
    }
  /** Undecided when a side is NULL. */
  | {
      readonly kind: 'order';
      readonly operator: OrderOperator;
      readonly comparison: Comparison;
      readonly left: Operand;
      readonly right: Operand;
    }
  /** Always decided: NULL is in no list. */
  | {
      readonly kind: 'among';
      readonly comparison: Comparison;
      readonly operand: Field | Size;
      readonly values: readonly Constant[];
    }
  /** Undecided when the field is NULL. */
  | {
      readonly kind: 'text-test';
      readonly test: TextTest;
      readonly field: Field;
      readonly text: string;
    };
