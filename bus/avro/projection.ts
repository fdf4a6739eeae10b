/**
 * From an expanded writer schema to avsc: the writer's type under safe names, and a reader type
 * of only the wanted fields. avsc skips what the reader lacks, which is most of the work saved
 * and the reason why nanosecond fields beyond 2^53 do no harm.
 */
import avsc, { type Type } from 'avsc';
import { exactLong } from './exact-long.ts';
import type { RecordNode, SchemaNode } from './writer-schema.ts';

/** The fields wanted of a record, by the writer's name; `true` takes a value whole. */
export type Wanted = ReadonlyMap<string, Wanted | true>;

export type BodyReader = (body: Buffer) => unknown;

/**
 * Compiles a reader of `root`. The answer has the safe names of the writer schema as property
 * names. It throws on bytes that are short, left over or impossible; the caller maps the error.
 */
export function compileBodyReader(root: RecordNode, wanted: Wanted): BodyReader {
  const writer = avsc.Type.forSchema(avroOf(root, undefined));
  const reader = avsc.Type.forSchema(avroOf(root, wanted), { registry: exactRegistry() });
  const resolver = reader.createResolver(writer);
  return (body) => reader.fromBuffer(body, resolver) as unknown;
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
