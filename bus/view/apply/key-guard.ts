/**
 * Holds a unit to one key schema for the life of its topic. The schema's id is part of every key's
 * bytes, and the bytes decide the partition: under another schema the changes of one row would
 * stand in two partitions, where no version orders them. What was seen first is kept beside the
 * unit's progress, so that a restart does not forget it; a rebuild begins anew with its progress.
 */
import { schemaIdOf } from '../../avro/wire.ts';
import { BusError } from '../../base/errors.ts';
import type { RawRecord } from '../../kafka/kafka.ts';
import type { SqlSession } from '../../sql/sql.ts';
import type { RecordReader } from './decode.ts';

/** `reader`, whose `key` also throws AVRO_KEY_CHANGED. */
export function guardKeys(
  reader: RecordReader,
  { unit, database }: { readonly unit: string; readonly database: SqlSession },
): RecordReader {
  let first: number | undefined;
  return {
    async prepare(records) {
      await reader.prepare(records);
      first ??= await firstSchema(database, { unit, seen: seenIn(records, reader) });
    },
    key(key) {
      const columns = reader.key(key);
      const found = schemaIdOf(key);
      if (first !== undefined && found !== first)
        throw new BusError('AVRO_KEY_CHANGED', { schemaId: found, first });
      return columns;
    },
    change: (value) => reader.change(value),
  };
}

/** The schema of the first key that can be read; others say nothing about their topic. */
function seenIn(records: readonly RawRecord[], reader: RecordReader): number | undefined {
  for (const { key } of records) {
    if (key === null) continue;
    try {
      reader.key(key);
      return schemaIdOf(key);
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
    }
  }
  return undefined;
}

/** What the unit was seen with first, by any member: `seen` where nobody saw anything before. */
async function firstSchema(
  database: SqlSession,
  { unit, seen }: { readonly unit: string; readonly seen: number | undefined },
): Promise<number | undefined> {
  const known = await readFirst(database, unit);
  if (known !== undefined || seen === undefined) return known;
  await database.execute(
    'UPDATE civicbus_offset SET key_schema = ? WHERE unit = ? AND key_schema IS NULL',
    [seen, unit],
  );
  return readFirst(database, unit);
}

async function readFirst(database: SqlSession, unit: string): Promise<number | undefined> {
  const [row] = await database.query<{ first: number | null }>(
    'SELECT MIN(key_schema) AS first FROM civicbus_offset WHERE unit = ?',
    [unit],
  );
  return row?.first === null || row?.first === undefined ? undefined : Number(row.first);
}
