/**
 * Mirrored blocks that say something else than their mirror: after mirror rows went without a
 * trace, or a block was altered by hand, no change of the source ever leads back to the entity.
 * Found by comparing what is stored with what would be computed; mended by the engine's own step.
 */
import { must } from '../../base/assert.ts';
import { quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlSession, SqlValue } from '../../sql/sql.ts';
import { textOf } from '../apply/reduce.ts';
import type { DerivedBlock, UnitPlan } from '../compile/compile.ts';
import { engineColumns, rowsTable, type Block, type ViewModel } from '../view.ts';
import { afterKey } from './key-scope.ts';
import { holdsSomething } from './stale.ts';

const CHUNK_ENTITIES = 500;

type Row = Readonly<Record<string, SqlValue>>;

export type Underived = {
  readonly view: ViewModel;
  readonly block: Block;
  readonly plan: UnitPlan;
};

/** Visits, in chunks, the entities whose block differs from what its mirror gives. */
export async function eachUnderived(
  database: SqlSession,
  of: Underived,
  {
    signal,
    visit,
  }: {
    readonly signal?: AbortSignal;
    readonly visit: (entities: readonly SqlValue[]) => Promise<void>;
  },
): Promise<void> {
  const { derived } = of.plan;
  if (!derived) return;
  let after: SqlValue | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const stored = await database.query<Row>(storedSql(of, after));
    const differing = await differingOf(database, derived, stored);
    if (differing.length > 0) await visit(differing);
    if (stored.length < CHUNK_ENTITIES) return;
    after = stored.at(-1)?.['k'] ?? null;
  }
}

/** Entities whose block holds something: those without are reached by the mirror's own rows. */
function storedSql({ view, block, plan }: Underived, after: SqlValue | undefined): string {
  const key = view.entity.key.name;
  const { there, at } = engineColumns(block.name);
  const items = must(plan.derived, 'a mirrored block').items;
  const values = items.map(({ name }, index) => `${quoteName(name)} AS i${index}`);
  const holds = holdsSomething({ there, valueColumns: items.map(({ name }) => name) });
  return [
    `SELECT ${[`${quoteName(key)} AS k`, ...values, `${quoteName(there)} AS there`, `${quoteName(at)} AS at`].join(', ')}`,
    `FROM ${quoteName(rowsTable(view))} WHERE ${holds}`,
    ...(after === undefined ? [] : [`AND ${afterKey([key], [after])}`]),
    `ORDER BY ${quoteName(key)} LIMIT ${CHUNK_ENTITIES}`,
  ].join(' ');
}

async function differingOf(
  database: SqlSession,
  derived: DerivedBlock,
  stored: readonly Row[],
): Promise<SqlValue[]> {
  if (stored.length === 0) return [];
  const keys = stored.map((row) => row['k'] ?? null);
  const computed = new Map(
    (await database.query<Row>(derived.recompute.blocksOf(keys))).map((row) => [
      textOf(row['k'] ?? null),
      row,
    ]),
  );
  const shown = (row: Row | undefined): string =>
    JSON.stringify(derived.items.map((_, index) => plainOf(row?.[`i${index}`] ?? null)));
  return stored.flatMap((row) => {
    const key = row['k'] ?? null;
    const now = computed.get(textOf(key));
    const same =
      (Number(row['there']) === 1) === (now !== undefined) &&
      shown(row) === shown(now) &&
      (now === undefined || Number(row['at']) === Number(now['at']));
    return same ? [] : [key];
  });
}

function plainOf(value: SqlValue): string | null {
  return value === null ? null : textOf(value);
}
