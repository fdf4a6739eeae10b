/**
 * What a row must have for a predicate not to be false: one text column and the values, or the
 * beginnings, that come into question. Where it is not met, the predicate is certainly false and
 * neither true nor undecided, so whoever holds many predicates need not judge the row by this one.
 */
import type { Condition, Constant } from './condition.ts';

export type Requirement = {
  readonly column: string;
  readonly test: 'is' | 'startsWith';
  /** At least one of these; all of one length where they are beginnings. NULL meets only an undecided predicate. */
  readonly texts: readonly string[];
};

/** A requirement of `condition`; undefined where none of its parts gives one. */
export function requirementOf(condition: Condition): Requirement | undefined {
  switch (condition.kind) {
    case 'and':
      // One part that is false makes the whole false, also beside an undecided one.
      return requirementOf(condition.left) ?? requirementOf(condition.right);
    case 'text-test':
      return condition.test === 'startsWith' && condition.text !== ''
        ? { column: condition.field.column, test: 'startsWith', texts: [condition.text] }
        : undefined;
    case 'equal':
      return condition.negated || condition.comparison.by !== 'text'
        ? undefined
        : equality(condition.left, condition.right);
    case 'among':
      return condition.comparison.by === 'text' && condition.operand.kind === 'field'
        ? exact(condition.operand.column, condition.values)
        : undefined;
    default:
      return undefined;
  }
}

type Side = Extract<Condition, { kind: 'equal' }>['left'];

function equality(one: Side, other: Side): Requirement | undefined {
  if (one.kind === 'field' && other.kind === 'literal') return exact(one.column, [other.value]);
  if (one.kind === 'literal' && other.kind === 'field') return exact(other.column, [one.value]);
  return undefined;
}

function exact(column: string, values: readonly Constant[]): Requirement | undefined {
  const texts = values.filter((value) => typeof value === 'string');
  return texts.length === values.length ? { column, test: 'is', texts } : undefined;
}
