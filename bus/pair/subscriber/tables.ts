/**
 * The tables of a copy: exactly the delivered columns for readers, one beside it where a whole copy
 * or a day's changes are gathered, and the kit's own notes. Names and types are compared before
 * anything is written; what differs is named in full and nothing is altered behind its owner's back.
 */
import { BusError } from '../../base/errors.ts';
import type { SqlSession } from '../../sql/sql.ts';
import type { Dialect } from './dialect.ts';
import { keyNames, type Layout, type LayoutColumn } from './layout.ts';

export const SUBSCRIPTION_TABLE = 'civicbus_subscription';
export const PROGRESS_TABLE = 'civicbus_pair_progress';
export const MANIFEST_TABLE = 'civicbus_manifest';

/** Of a noted cause. */
export const DETAIL_CHARS_MAX = 2_000;

/** Engine columns of a stage. */
export const STAGE = { part: '__part', key: '__key', isThere: '__there' } as const;

export function stageTable(table: string): string {
  return `${table}__stage`;
}

/** Makes the kit's own tables where they are absent. */
export async function createOwnTables(session: SqlSession, dialect: Dialect): Promise<void> {
  for (const sql of ownTables(dialect)) await session.execute(sql);
}

function ownTables({ own, tableOptions }: Dialect): string[] {
  const create = (table: string, lines: readonly string[]) =>
    `CREATE TABLE IF NOT EXISTS ${table} (${lines.join(', ')}) ${tableOptions}`;
  return [
    create(SUBSCRIPTION_TABLE, [
      `agreement_id ${own.name} NOT NULL`,
      `table_name ${own.name} NOT NULL`,
      `topic_id ${own.name} NOT NULL`,
      'partitions INT NOT NULL',
      // Newest BACKFILL_START seen in any partition.
      'newest_generation INT NOT NULL',
      // Generation of the rows that readers see; 0 before the first copy.
      'generation INT NOT NULL',
      `layout ${own.text} NULL`,
      `dropped_columns ${own.text} NULL`,
      `fault_code ${own.name} NULL`,
      `fault_detail ${own.text} NULL`,
      'rows_purged BIGINT NULL',
      'purged_at_ms BIGINT NULL',
      `receipt_sent ${own.flag} NOT NULL`,
      'PRIMARY KEY (agreement_id)',
    ]),
    create(PROGRESS_TABLE, [
      `agreement_id ${own.name} NOT NULL`,
      'part INT NOT NULL',
      'next_offset BIGINT NOT NULL',
      // Grows with every claim; fences members that lost the partition.
      'epoch BIGINT NOT NULL',
      // Grows when another partition's record changes this one's state.
      'revision BIGINT NOT NULL',
      'group_generation INT NOT NULL',
      `owner ${own.name} NULL`,
      `mode ${own.name} NOT NULL`,
      'generation INT NOT NULL',
      `control ${own.text} NULL`,
      'last_version BIGINT NULL',
      'last_source_ms BIGINT NULL',
      'pending_version BIGINT NULL',
      'pending_source_ms BIGINT NULL',
      `fault_code ${own.name} NULL`,
      `fault_detail ${own.text} NULL`,
      'PRIMARY KEY (agreement_id, part)',
    ]),
    create(MANIFEST_TABLE, [
      `agreement_id ${own.name} NOT NULL`,
      'cut_version BIGINT NOT NULL',
      'generation INT NOT NULL',
      'day DATE NOT NULL',
      `manifest ${own.text} NOT NULL`,
      `hash ${own.name} NOT NULL`,
      'applied_at_ms BIGINT NOT NULL',
      'PRIMARY KEY (agreement_id, generation, cut_version)',
    ]),
  ];
}

/** Makes the copy's table and its stage where they are absent. */
export async function createCopy(
  session: SqlSession,
  { dialect, table, layout }: CopyTable,
): Promise<void> {
  await session.execute(copyDdl({ dialect, table, layout }));
  for (const sql of stageDdl({ dialect, table, layout })) await session.execute(sql);
}

/** Gives the stage the columns of `layout`; what stood in it is gone. */
export async function renewStage(session: SqlSession, copy: CopyTable): Promise<void> {
  await session.execute(`DROP TABLE IF EXISTS ${copy.dialect.quote(stageTable(copy.table))}`);
  for (const sql of stageDdl(copy)) await session.execute(sql);
}

export type CopyTable = {
  readonly dialect: Dialect;
  readonly table: string;
  readonly layout: Layout;
};

function copyDdl({ dialect, table, layout }: CopyTable): string {
  const lines = [
    ...layout.columns.map((column, at) => columnDdl(dialect, column, at >= layout.keyColumns)),
    `PRIMARY KEY (${quoted(dialect, keyNames(layout))})`,
  ];
  return `CREATE TABLE IF NOT EXISTS ${dialect.quote(table)} (${lines.join(', ')}) ${dialect.tableOptions}`;
}

/** A row per key; found by key where the copy is compared with it. */
function stageDdl({ dialect, table, layout }: CopyTable): string[] {
  const { quote, own } = dialect;
  const name = stageTable(table);
  const lines = [
    `${quote(STAGE.part)} INT NOT NULL`,
    `${quote(STAGE.key)} ${own.bytes32} NOT NULL`,
    `${quote(STAGE.isThere)} ${own.flag} NOT NULL`,
    ...layout.columns.map((column, at) => columnDdl(dialect, column, at >= layout.keyColumns)),
    `PRIMARY KEY (${quote(STAGE.part)}, ${quote(STAGE.key)})`,
  ];
  const key = quoted(dialect, keyNames(layout));
  const index = `CREATE INDEX IF NOT EXISTS ${quote(`${name}_key`)} ON ${quote(name)} (${key})`;
  return [
    `CREATE TABLE IF NOT EXISTS ${quote(name)} (${lines.join(', ')}) ${dialect.tableOptions}`,
    index,
  ];
}

function columnDdl(dialect: Dialect, { name, type }: LayoutColumn, nullable: boolean): string {
  return `${dialect.quote(name)} ${dialect.columnType(type)} ${nullable ? 'NULL' : 'NOT NULL'}`;
}

export function quoted(dialect: Dialect, names: readonly string[]): string {
  return names.map(dialect.quote).join(', ');
}

/**
 * What keeps the table from being the copy of `layout`: a sentence part each. `surplus` columns are
 * those of a former version, which go with the next whole copy.
 */
export async function copyDifferences(
  session: SqlSession,
  { dialect, table, layout }: CopyTable,
  surplus: readonly string[] = [],
): Promise<string[]> {
  const found = await dialect.inspect(session, table);
  if (!found) return ['it does not exist'];
  const there = new Map(found.columns.map((column) => [column.name, column]));
  const differences = layout.columns.flatMap(({ name, type }, at): string[] => {
    const has = there.get(name);
    there.delete(name);
    const wanted = dialect.reported(type);
    if (!has) return [`column ${name} (${wanted}) is missing`];
    const wrong = has.type === wanted ? [] : [`column ${name} is ${has.type}, delivered ${wanted}`];
    const strict = !has.nullable && at >= layout.keyColumns;
    return strict ? [...wrong, `column ${name} must allow NULL`] : wrong;
  });
  for (const name of there.keys())
    if (!surplus.includes(name)) differences.push(`column ${name} is not delivered`);
  const key = keyNames(layout);
  if (found.key.join() !== key.join())
    differences.push(`its primary key is (${found.key.join(', ')}), delivered (${key.join(', ')})`);
  for (const name of found.otherUnique) differences.push(`unique index ${name} must not be there`);
  return differences;
}

/** Throws SUBSCRIBER_TABLE_DIFFERS with every difference. */
export async function requireCopy(
  session: SqlSession,
  copy: CopyTable,
  surplus: readonly string[] = [],
): Promise<void> {
  const differences = await copyDifferences(session, copy, surplus);
  if (differences.length === 0) return;
  const details = { table: copy.table, differences: differences.join('; ') };
  throw new BusError('SUBSCRIBER_TABLE_DIFFERS', details);
}
