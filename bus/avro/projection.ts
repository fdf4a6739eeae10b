/**
 * From an expanded writer schema to avsc: the writer's type under safe names, and a reader type
 * of only the wanted fields. avsc skips what the reader lacks, which is most of the work saved
 * and the reason why nanosecond fields beyond 2^53 do no harm.
 */
import avsc, { type Resolver, type Type } from 'avsc';
import { exactLong } from './exact-long.ts';
import { BODY_START } from './wire.ts';
import type { RecordNode, SchemaNode } from './writer-schema.ts';

/** The fields wanted of a record, by the writer's name; `true` takes a value whole. */
export type Wanted = ReadonlyMap<string, Wanted | true>;

/** What is wrong with a body; its bytes are never quoted. */
export class BodyFault extends Error {}

/** Reads the body of a framed record, without cutting it out first. */
export type BodyReader = (record: Buffer) => RawRecord;

/** The object avsc made, keyed by safe names. */
export type RawRecord = Readonly<Record<string, unknown>>;

/**
 * Compiles a reader of `root`. The answer has the safe names of the writer schema as property
 * names. It throws BodyFault on bytes that are short, left over or impossible.
 */
export function compileBodyReader(root: RecordNode, wanted: Wanted): BodyReader {
  const writer = avsc.Type.forSchema(avroOf(root, undefined));
  const reader = avsc.Type.forSchema(avroOf(root, wanted), { registry: exactRegistry() });
  const resolver = reader.createResolver(writer);
  return (record) => {
    const { value, offset } = decoded(reader, record, resolver);
    if (offset < 0) throw new BodyFault('it ends too early');
    if (offset < record.length) throw new BodyFault('bytes are left over');
    // The root is a record: avsc either builds one or throws.
    return value as RawRecord;
  };
}

type Decoded = { readonly value: unknown; readonly offset: number };

function decoded(reader: Type, record: Buffer, resolver: Resolver): Decoded {
  try {
    return reader.decode(record, BODY_START, resolver);
  } catch {
    // The cause is left out on purpose: avsc quotes what it read in some of its messages.
    throw new BodyFault('its bytes are impossible');
  }
}

function exactRegistry(): { [name: string]: Type } {
  return { long: exactLong };
}

function avroOf(node: SchemaNode, wanted: Wanted | true | undefined): avsc.schema.AvroSchema {
  switch (node.kind) {
    case 'primitive':
      return node.name;
    case 'enum':
      // An enum is its symbol's index on the wire; the symbols stay on our side.
      return 'int';
    case 'fixed':
      return { type: 'fixed', name: `X${node.id}`, size: node.size };
    case 'union':
      return node.branches.map((branch) => avroOf(branch, wanted)) as avsc.schema.AvroSchema;
    default:
      return recordOf(node, wanted);
  }
}

function recordOf(node: RecordNode, wanted: Wanted | true | undefined): avsc.schema.AvroSchema {
  const all = wanted === undefined || wanted === true;
  const fields = all ? node.fields : node.fields.filter((field) => wanted.has(field.name));
  return {
    type: 'record',
    name: `R${node.id}`,
    fields: fields.map((field) => ({
      name: field.safeName,
      type: avroOf(field.node, all ? wanted : wanted.get(field.name)),
    })),
  };
}
