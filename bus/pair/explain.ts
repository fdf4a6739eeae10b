/**
 * Why a row is delivered to a pair or not: whether it is there and visible, what each part of the
 * predicate says, and how each field leaves. Judged by the same code as the gateway's, so that an
 * explanation cannot differ from what happens. No value of the row is in the answer, only which
 * columns are empty; tokens are tried under a throw-away key, because only the gateway reads keys.
 */
import { randomBytes } from 'node:crypto';
import type { Mask } from '../agreement/agreement.ts';
import { checkPredicate, type ClauseVerdict } from '../agreement/predicate/predicate.ts';
import { assert, must } from '../base/assert.ts';
import { sqlTypeOf } from '../change/column-type.ts';
import type { ColumnValue } from '../change/column-value.ts';
import type { RowImage } from '../change/envelope.ts';
import { bindPair, type Column, type PairTools } from './gateway/bound-pair.ts';
import { pairTools } from './pair-tools.ts';
import type { CompiledPair } from './pair.ts';

/** The first reason that keeps a row from its subscriber; `delivered` when there is none. */
export type RowVerdict =
  | 'delivered'
  /** The hub has no such row, or its source deleted it. */
  | 'not-there'
  /** The view does not show it, as a closed enterprise. */
  | 'not-visible'
  | 'out-of-rows'
  /** The predicate has no answer; the row counts as out. */
  | 'undecided'
  /** A value is not of its declared type, so its mask fails; the row counts as out. */
  | 'mask-fault';

export type ExplainedClause = {
  /** As written in the agreement. */
  readonly cel: string;
  readonly verdict: ClauseVerdict;
  /** Columns of this part that are NULL in the row. */
  readonly empty: readonly string[];
};

export type ExplainedField = {
  readonly name: string;
  readonly isKey: boolean;
  readonly deliveredType: string;
  /** Absent: it leaves in clear. */
  readonly mask?: Mask['method'];
  /** NULL in the row itself, whatever the mask. */
  readonly isEmpty: boolean;
  /** Its mask fails on the value. */
  readonly isFaulty: boolean;
};

export type RowExplanation = {
  readonly verdict: RowVerdict;
  /** Parts of the predicate that must all hold; none when the pair shares all rows. */
  readonly clauses: readonly ExplainedClause[];
  readonly fields: readonly ExplainedField[];
};

/** `image` in the order of `columns`, as `topicColumns` names them; null when the hub has no such row. */
export function explainRow(
  pair: CompiledPair,
  columns: readonly Column[],
  image: RowImage | null,
): RowExplanation {
  const throwAway = randomBytes(32);
  const tools = pairTools({ keyNow: () => throwAway });
  if (image === null) return { verdict: 'not-there', clauses: [], fields: [] };
  const clauses = clausesOf(pair, columns, image);
  const fields = fieldsOf(pair, { columns, image, tools });
  const verdict = verdictOf(pair, { columns, image, clauses, fields });
  const { decision } = bindPair(pair, columns, tools).decide(null, image);
  assert(
    (decision !== undefined) === (verdict === 'delivered'),
    'the explanation says what the gateway does',
  );
  return { verdict, clauses, fields };
}

type Looked = {
  readonly columns: readonly Column[];
  readonly image: RowImage;
  readonly clauses: readonly ExplainedClause[];
  readonly fields: readonly ExplainedField[];
};

function verdictOf({ resource }: CompiledPair, row: Looked): RowVerdict {
  const { visibleWhile } = resource;
  if (valueIn(row, resource.there) !== 1) return 'not-there';
  if (visibleWhile && !isShown(valueIn(row, visibleWhile.column), visibleWhile.in)) {
    return 'not-visible';
  }
  // One part that is false decides, whatever the others cannot say.
  if (row.clauses.some(({ verdict }) => verdict === 'false')) return 'out-of-rows';
  if (row.clauses.some(({ verdict }) => verdict === 'undecided')) return 'undecided';
  return row.fields.some(({ isFaulty }) => isFaulty) ? 'mask-fault' : 'delivered';
}

function isShown(value: ColumnValue, shown: readonly string[]): boolean {
  return shown.some((one) => one === value);
}

function clausesOf(
  { rows }: CompiledPair,
  columns: readonly Column[],
  image: RowImage,
): ExplainedClause[] {
  if (rows === null) return [];
  const predicate = must(
    checkPredicate(rows.cel, rows.columns).predicate,
    'the predicate of a compiled pair fits its columns',
  );
  return predicate.clauses.map((clause) => ({
    cel: clause.cel,
    verdict: clause.bind((column) => indexOf(columns, column))(image),
    empty: clause.columns.filter((column) => valueIn({ columns, image }, column) === null),
  }));
}

function fieldsOf(
  pair: CompiledPair,
  row: Pick<Looked, 'columns' | 'image'> & { readonly tools: PairTools },
): ExplainedField[] {
  return pair.fields.map((field, at) => {
    const value = valueIn(row, field.name);
    return {
      name: field.name,
      isKey: at < pair.keyFields,
      deliveredType: sqlTypeOf(field.deliveredType),
      ...(field.mask ? { mask: field.mask.method } : {}),
      isEmpty: value === null,
      isFaulty: field.mask !== undefined && fails(row.tools.mask(field, pair), value),
    };
  });
}

function fails(mask: (value: ColumnValue) => ColumnValue, value: ColumnValue): boolean {
  try {
    mask(value);
    return false;
  } catch {
    return true;
  }
}

function valueIn({ columns, image }: Pick<Looked, 'columns' | 'image'>, name: string): ColumnValue {
  return image[indexOf(columns, name)] ?? null;
}

function indexOf(columns: readonly Column[], name: string): number {
  const at = columns.findIndex((column) => column.name === name);
  assert(at >= 0, `column ${name} is in the row`);
  return at;
}
