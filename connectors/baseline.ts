/**
 * The Avro contract of a declared source, table by table: the schemas its capture registers,
 * derived from source.yaml alone and committed below schemas/avro, so that a changed declaration
 * shows as a changed contract. Pure; `generate` writes the files and compares them.
 */
import { mariadbWritten } from '../bus/avro/mariadb-columns.ts';
import { postgresColumn } from '../bus/avro/postgres-columns.ts';
import { envelopeSchema, keySchema, type CapturedTable } from '../bus/avro/table-schema.ts';
import { must } from '../bus/base/assert.ts';
import { type ColumnType, isProblem, parseColumnType } from '../bus/change/column-type.ts';
import { tableTopic } from './names.ts';
import { canonicalPostgresType } from './postgresql/column-type.ts';
import { capturedColumns, type Source, type SourceTable, tableSpaceOf } from './source.ts';

export const BASELINE_FOLDER = 'schemas/avro';

export type Baseline = {
  readonly table: string;
  readonly topic: string;
  /** The captured columns as the bus names their types, in the order of the table. */
  readonly columns: readonly TypedColumn[];
  /** Those of the key, in its order. */
  readonly key: readonly TypedColumn[];
  readonly keySchema: unknown;
  readonly valueSchema: unknown;
};

type TypedColumn = { readonly name: string; readonly type: ColumnType };
type Captured = TypedColumn & CapturedTable['columns'][number];

/** The contract of every table of a checked source. */
export function baselinesOf(source: Source): Baseline[] {
  return source.tables.map((table) => {
    const columns = capturedOf(source, table);
    const captured: CapturedTable = {
      topic: tableTopic({ source: source.name, database: tableSpaceOf(source), table: table.name }),
      engine: source.engine,
      key: table.key,
      columns,
    };
    return {
      table: table.name,
      topic: captured.topic,
      columns: columns.map(typed),
      key: table.key.map((key) =>
        typed(
          must(
            columns.find(({ name }) => name === key),
            'a key column is captured',
          ),
        ),
      ),
      keySchema: keySchema(captured),
      valueSchema: envelopeSchema(captured),
    };
  });
}

/** The subject under which the capture registers a side of a table. */
export function subjectOf({ topic }: Pick<Baseline, 'topic'>, side: 'key' | 'value'): string {
  return `${topic}-${side}`;
}

/** Content of the committed files of `sources`, by path from the project's root. */
export function baselineFiles(sources: readonly Source[]): Map<string, string> {
  return new Map(
    sources.flatMap((source) =>
      baselinesOf(source).flatMap(({ table, keySchema: key, valueSchema: value }) => {
        const path = `${BASELINE_FOLDER}/${source.name}/${table}`;
        return [
          [`${path}.key.avsc`, jsonText(key)] as const,
          [`${path}.value.avsc`, jsonText(value)] as const,
        ];
      }),
    ),
  );
}

function capturedOf({ engine }: Source, table: SourceTable): Captured[] {
  return capturedColumns(table).map(({ name, type: declared }) => {
    if (engine === 'postgresql') {
      const column = postgresColumn(canonicalPostgresType(declared));
      return { name, ...must(column, `a captured type of ${table.name}.${name}`) };
    }
    const type = parseColumnType(declared);
    if (isProblem(type)) throw new TypeError(`${table.name}.${name}: ${type.message}`);
    return { name, type, written: mariadbWritten(type) };
  });
}

function typed({ name, type }: TypedColumn): TypedColumn {
  return { name, type };
}

function jsonText(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
