/**
 * The Avro schemas that the capture of a table registers, derived from its declaration alone: what
 * is committed as baseline below schemas/avro. Every part is the one on the wire, but for what a
 * declaration does not say: defaults, widths, and which columns are NOT NULL (each but the key may
 * be NULL here). `agreedPart` takes a registered schema down to the same.
 */
import { EVENT_BLOCK, MARIADB_SOURCE, POSTGRES_SOURCE } from './envelope-schema.ts';
import { SOURCE_TYPE } from './source-type.ts';

export type AvroJson =
  | string
  | number
  | boolean
  | null
  | readonly AvroJson[]
  | { readonly [name: string]: AvroJson };
type AvroObject = { readonly [name: string]: AvroJson };

/** What a capture writes for a column. */
export type Written = {
  readonly avro: string;
  readonly semantic?: string;
  /** Parameters of the semantic type. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Attributes before and after Connect's own. */
  readonly head?: AvroObject;
  readonly tail?: AvroObject;
  /** The type at the source as the capture names it, with the sizes that mean something. */
  readonly source: {
    readonly word: string;
    readonly length?: number | undefined;
    readonly scale?: number | undefined;
  };
};

export type CapturedTable = {
  readonly topic: string;
  readonly engine: 'mariadb' | 'postgresql';
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[];
  /** The captured columns, in the order of the table. */
  readonly columns: readonly { readonly name: string; readonly written: Written }[];
};

/** The key's schema: its columns in the order of the primary key, nothing more. */
export function keySchema({ topic, key, columns }: CapturedTable): AvroObject {
  const namespace = namespaceOf(topic);
  const fields = key.flatMap((name) => {
    const column = columns.find((one) => one.name === name);
    return column ? [{ name, type: avroOf(column.written, {}) }] : [];
  });
  return { type: 'record', name: 'Key', namespace, fields, 'connect.name': `${namespace}.Key` };
}

/** The whole change envelope. */
export function envelopeSchema({ topic, engine, key, columns }: CapturedTable): AvroObject {
  const namespace = namespaceOf(topic);
  const value = {
    type: 'record',
    name: 'Value',
    fields: columns.map(({ name, written }) =>
      // Key columns carry no source type: it would change the bytes of every key.
      key.includes(name)
        ? { name, type: avroOf(written, {}) }
        : optional(name, avroOf(written, sourceParameters(name, written))),
    ),
    'connect.name': `${namespace}.Value`,
  };
  return {
    type: 'record',
    name: 'Envelope',
    namespace,
    fields: [
      optional('before', value),
      optional('after', 'Value'),
      { name: 'source', type: engine === 'postgresql' ? POSTGRES_SOURCE : MARIADB_SOURCE },
      optional('transaction', EVENT_BLOCK),
      { name: 'op', type: 'string' },
      optional('ts_ms', 'long'),
      optional('ts_us', 'long'),
      optional('ts_ns', 'long'),
    ],
    'connect.version': 2,
    'connect.name': `${namespace}.Envelope`,
  };
}

/** Names of a topic as Avro allows them: schema.name.adjustment.mode=avro. */
function namespaceOf(topic: string): string {
  return topic.replaceAll(/[^A-Za-z0-9_.]/g, '_');
}

function optional(name: string, type: AvroJson): AvroObject {
  return { name, type: ['null', type], default: null };
}

function sourceParameters(name: string, { source }: Written): Record<string, string> {
  const { word, length, scale } = source;
  return {
    [SOURCE_TYPE.type]: word,
    ...(length === undefined ? {} : { [SOURCE_TYPE.length]: String(length) }),
    ...(scale === undefined ? {} : { [SOURCE_TYPE.scale]: String(scale) }),
    [SOURCE_TYPE.name]: name,
  };
}

function avroOf(written: Written, source: Readonly<Record<string, string>>): AvroJson {
  const parameters = { ...written.parameters, ...source };
  const full: AvroObject = {
    type: written.avro,
    ...written.head,
    ...(written.semantic === undefined ? {} : { 'connect.version': 1 }),
    ...(Object.keys(parameters).length === 0 ? {} : { 'connect.parameters': parameters }),
    ...(written.semantic === undefined ? {} : { 'connect.name': written.semantic }),
    ...written.tail,
  };
  return Object.keys(full).length === 1 ? written.avro : full;
}
