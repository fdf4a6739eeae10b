/** Short ways to read what a hand-written envelope of one column or table becomes. */
import { createReaderCache, type Column, type Projection } from '../../../bus/avro/reader.ts';
import { frame } from '../../../bus/avro/wire.ts';
import { isProblem, parseColumnType } from '../../../bus/change/column-type.ts';
import { envelopeWriter, type AvroSchema, type EnvelopeValue } from './debezium-schema.ts';

export const VALUE_ID = 7;

/** A column of a projection, its type as a declaration would write it. */
export function column(name: string, declared: string): Column {
  const type = parseColumnType(declared);
  if (isProblem(type)) throw new Error(type.message);
  return { name, type };
}

/** A reader of one schema, and a function from an envelope to what it reads. */
export async function reading(schema: AvroSchema, projection: Partial<Projection>) {
  const cache = createReaderCache({
    fetchSchema: () => Promise.resolve(schema),
    projection: { key: [], value: [], before: false, ...projection },
  });
  await cache.prepare([VALUE_ID]);
  const write = envelopeWriter(schema);
  return (value: EnvelopeValue) => cache.valueReader.decode(frame(VALUE_ID, write(value)));
}
