/**
 * The Avro contract of a declared source, table by table: the schemas its capture registers,
 * derived from source.yaml alone and committed below schemas/avro, so that a changed declaration
 * shows as a changed contract. Pure; `generate` writes the files and compares them.
 */
import { must } from '../bus/base/assert.ts';
import { envelopeSchema, keySchema, type CapturedTable } from '../bus/avro/table-schema.ts';
import { isProblem, parseColumnType } from '../bus/change/column-type.ts';
import { tableTopic } from './names.ts';
import { capturedColumns, type Source, type SourceTable } from './source.ts';

export const BASELINE_FOLDER = 'schemas/avro';

export type Baseline = {
  readonly table: string;
  readonly topic: string;
  readonly columns: CapturedTable['columns'];
  /** Columns of the key with their types, in its order. */
  readonly key: CapturedTable['columns'];
  readonly keySchema: unknown;
  readonly valueSchema: unknown;
};

/** The contract of every table of a checked source; none yet where PostgreSQL writes the schemas. */
export function baselinesOf(source: Source): Baseline[] {
  if (source.engine === 'postgresql') return [];
  return source.tables.map((table) => {
    const captured = capturedTable(source, table);
    return {
      table: table.name,
      topic: captured.topic,
      columns: captured.columns,
      key: table.key.map((name) =>
        must(
          captured.columns.find((column) => column.name === name),
          'a key column is captured',
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

function capturedTable(source: Source, table: SourceTable): CapturedTable {
  const { database } = source.connection;
  return {
    topic: tableTopic({ source: source.name, database, table: table.name }),
    key: table.key,
    columns: capturedColumns(table).map(({ name, type }) => {
      const parsed = parseColumnType(type);
      if (isProblem(parsed)) throw new TypeError(`${table.name}.${name}: ${parsed.message}`);
      return { name, type: parsed };
    }),
  };
}

function jsonText(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
