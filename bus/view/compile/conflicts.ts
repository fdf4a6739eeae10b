/**
 * SQL that keeps `civicbus_conflict` true: where a block reports another value of an item than its
 * authority, a conflict is open. Run for the entities of a batch after their rows were written, in
 * the same transaction: whichever side moved holds the entity's row, so both see the other.
 */
import { literal, quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlValue } from '../../sql/sql.ts';
import { engineColumns, rowsTable, type Block, type ViewModel } from '../view.ts';

export type CompiledConflicts = {
  /** Statements for the entities `keys`, to be run in this order. */
  readonly statementsFor: (keys: readonly SqlValue[]) => readonly string[];
};

/** One item as its authority and one other block have it. */
type Pair = {
  readonly item: string;
  readonly authority: Block;
  readonly reporter: Block;
  /** The reporter's column. */
  readonly says: string;
};

/** Undefined when `block` neither reports an item nor has one that another block reports. */
export function compileConflicts(view: ViewModel, block: Block): CompiledConflicts | undefined {
  const pairs = pairsOf(view).filter(
    ({ authority, reporter }) => authority === block || reporter === block,
  );
  if (pairs.length === 0) return undefined;
  return {
    statementsFor: (keys) => {
      const among = keys.map(literal).join(',');
      return pairs.flatMap((pair) => [openSql(view, pair, among), resolveSql(view, pair, among)]);
    },
  };
}

function pairsOf(view: ViewModel): Pair[] {
  return view.blocks.flatMap((reporter) =>
    reporter.reports.flatMap(({ item, name }) => {
      const authority = view.blocks.find(
        ({ items, many }) => !many && items.some((own) => own.name === item),
      );
      return authority ? [{ item, authority, reporter, says: name }] : [];
    }),
  );
}

/** A conflict that is open already keeps its beginning; one that was resolved begins anew. */
function openSql(view: ViewModel, pair: Pair, among: string): string {
  const key = quoteName(view.entity.key.name);
  const name = literal(pair.item);
  const reporter = literal(pair.reporter.name);
  return [
    'INSERT INTO civicbus_conflict (item, entity, reporter, authority_value, reported_value, since_ms)',
    `SELECT ${name}, CAST(p.${key} AS CHAR), ${reporter}, CAST(p.${quoteName(pair.item)} AS CHAR), CAST(p.${quoteName(pair.says)} AS CHAR), ${movedAt(pair)}`,
    `FROM ${quoteName(rowsTable(view))} AS p WHERE p.${key} IN (${among}) AND ${differs(pair)}`,
    'ON DUPLICATE KEY UPDATE since_ms = IF(resolved_ms IS NULL, since_ms, VALUES(since_ms)), resolved_ms = NULL,',
    'authority_value = VALUES(authority_value), reported_value = VALUES(reported_value)',
  ].join('\n');
}

function resolveSql(view: ViewModel, pair: Pair, among: string): string {
  const key = quoteName(view.entity.key.name);
  return [
    `UPDATE civicbus_conflict AS c JOIN ${quoteName(rowsTable(view))} AS p ON CAST(p.${key} AS CHAR) = c.entity`,
    `SET c.resolved_ms = ${movedAt(pair)}`,
    `WHERE p.${key} IN (${among}) AND c.item = ${literal(pair.item)} AND c.reporter = ${literal(pair.reporter.name)}`,
    `AND c.resolved_ms IS NULL AND NOT (${differs(pair)})`,
  ].join('\n');
}

/** NULL of the authority against a value is a difference; what a reporter does not know is none. */
function differs({ item, authority, reporter, says }: Pair): string {
  const there = (block: Block) => `p.${quoteName(engineColumns(block.name).there)} = 1`;
  const value = `p.${quoteName(says)}`;
  return `${there(authority)} AND ${there(reporter)} AND ${value} IS NOT NULL AND NOT (p.${quoteName(item)} <=> ${value})`;
}

/** Source time of the later of the two changes. */
function movedAt({ authority, reporter }: Pair): string {
  const at = (block: Block) => `COALESCE(p.${quoteName(engineColumns(block.name).at)}, 0)`;
  return `GREATEST(${at(authority)}, ${at(reporter)})`;
}
