/**
 * A writer schema taken apart and put together again without its names. Avro bodies carry no
 * names, so a schema whose records and fields are called R0, f0, f1 … reads the same bytes, and
 * nothing a source has called a column ("__proto__", "constructor") reaches generated code.
 * Shapes whose reading has no bound (arrays, maps, recursion, huge trees) are refused.
 */
import type { ColumnType } from '../change/column-type.ts';
import { SEMANTIC, type WireType } from '../change/wire-type.ts';
import { sourceTypeOf } from './source-type.ts';

/** Named limit: nodes of one expanded schema; an envelope of a 1,000-column table has some 4,100. */
const NODES_MAX = 20_000;
const NAME_FORM = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;
const PRIMITIVES: ReadonlySet<string> = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
]);

export type SchemaNode =
  | {
      readonly kind: 'primitive';
      readonly name: string;
      readonly semantic: string | undefined;
      readonly scale: number;
      /** The column's type at its source, where the capture says it. */
      readonly source: ColumnType | undefined;
    }
  | {
      readonly kind: 'enum';
      readonly symbols: readonly string[];
      readonly semantic: string | undefined;
    }
  | {
      readonly kind: 'fixed';
      readonly id: number;
      readonly size: number;
      readonly semantic: string | undefined;
    }
  | { readonly kind: 'union'; readonly branches: readonly SchemaNode[] }
  | RecordNode;

export type RecordNode = {
  readonly kind: 'record';
  readonly id: number;
  readonly semantic: string | undefined;
  readonly fields: readonly FieldNode[];
};

export type FieldNode = {
  readonly name: string;
  readonly safeName: string;
  readonly node: SchemaNode;
};

/** Why a schema cannot be used: not Avro at all, or not safe to read. */
export class SchemaFault extends Error {
  readonly kind: 'unreadable' | 'unsupported';

  constructor(kind: 'unreadable' | 'unsupported', why: string) {
    super(why);
    this.kind = kind;
  }
}

type Attributes = Readonly<Record<string, unknown>>;
type Scope = {
  readonly namespace: string;
  readonly path: string;
  readonly open: ReadonlySet<unknown>;
};

/** Takes a parsed Avro schema apart. Throws SchemaFault. */
export function expandSchema(schema: unknown): SchemaNode {
  return new Expansion().node(schema, { namespace: '', path: 'the record', open: new Set() });
}

/** The value branch of a nullable node, or the node itself. */
export function withoutNull(node: SchemaNode): SchemaNode {
  if (node.kind !== 'union') return node;
  const values = node.branches.filter((branch) => !isNull(branch));
  const [only] = values;
  return only !== undefined && values.length === 1 ? only : node;
}

/** What a node puts on the wire as a column value; undefined for a structure. */
export function wireTypeOf(nullable: SchemaNode): WireType | undefined {
  const node = withoutNull(nullable);
  const none = { scale: 0, symbols: [] };
  switch (node.kind) {
    case 'primitive': {
      if (node.name === 'null') return undefined;
      // Checked against PRIMITIVES when the node was made.
      const avro = node.name as WireType['avro'];
      return { ...none, avro, semantic: node.semantic, scale: node.scale };
    }
    case 'enum':
      return { ...none, avro: 'enum', semantic: undefined, symbols: node.symbols };
    case 'fixed':
      return { ...none, avro: 'fixed', semantic: node.semantic };
    case 'record':
      return node.semantic === SEMANTIC.scaledDecimal
        ? { ...none, avro: 'scaled-decimal', semantic: undefined }
        : undefined;
    default:
      return undefined;
  }
}

/** The type at the source of a column that the capture describes; undefined for all others. */
export function sourceOf(nullable: SchemaNode): ColumnType | undefined {
  const node = withoutNull(nullable);
  return node.kind === 'primitive' ? node.source : undefined;
}

export function fieldOf(record: RecordNode, name: string): FieldNode | undefined {
  return record.fields.find((field) => field.name === name);
}

export function isNull(node: SchemaNode): boolean {
  return node.kind === 'primitive' && node.name === 'null';
}

class Expansion {
  readonly #named = new Map<string, { readonly schema: Attributes; readonly namespace: string }>();
  #count = 0;

  node(schema: unknown, scope: Scope): SchemaNode {
    if (++this.#count > NODES_MAX) {
      throw new SchemaFault('unsupported', `it has more than ${NODES_MAX} parts`);
    }
    if (typeof schema === 'string') return this.#byName(schema, {}, scope);
    if (Array.isArray(schema)) {
      return { kind: 'union', branches: schema.map((branch) => this.node(branch, scope)) };
    }
    if (!isAttributes(schema)) throw new SchemaFault('unreadable', `${scope.path} has no type`);
    return this.#complex(schema, scope);
  }

  #complex(schema: Attributes, scope: Scope): SchemaNode {
    const type = schema['type'];
    if (typeof type !== 'string') return this.node(type, scope);
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(schema, scope);
      case 'enum':
        this.#define(schema, scope.namespace);
        return { kind: 'enum', symbols: symbolsOf(schema, scope), semantic: semanticOf(schema) };
      case 'fixed':
        this.#define(schema, scope.namespace);
        return this.#fixed(schema, scope);
      case 'array':
      case 'map':
        throw new SchemaFault('unsupported', `${scope.path} is of type ${type}`);
      default:
        return this.#byName(type, schema, scope);
    }
  }

  #byName(name: string, attributes: Attributes, scope: Scope): SchemaNode {
    if (PRIMITIVES.has(name)) {
      const scale = Number(attributes['scale'] ?? 0);
      if (!Number.isInteger(scale) || scale < 0 || scale > 10_000) {
        throw new SchemaFault('unreadable', `${scope.path} has no usable scale`);
      }
      const source = sourceTypeOf(attributes['connect.parameters']);
      return { kind: 'primitive', name, semantic: semanticOf(attributes), scale, source };
    }
    const known = this.#named.get(qualified(name, scope.namespace)) ?? this.#named.get(name);
    if (!known)
      throw new SchemaFault('unreadable', `${scope.path} names a type that is not defined`);
    return this.#complex(known.schema, { ...scope, namespace: known.namespace });
  }

  #record(schema: Attributes, scope: Scope): RecordNode {
    if (scope.open.has(schema))
      throw new SchemaFault('unsupported', `${scope.path} contains itself`);
    const namespace = this.#define(schema, scope.namespace);
    const fields = schema['fields'];
    if (!Array.isArray(fields)) throw new SchemaFault('unreadable', `${scope.path} has no fields`);
    const id = this.#count;
    const open = new Set(scope.open).add(schema);
    return {
      kind: 'record',
      id,
      semantic: semanticOf(schema),
      fields: fields.map((field: unknown, at) => {
        const name = isAttributes(field) ? field['name'] : undefined;
        if (!isAttributes(field) || typeof name !== 'string' || !NAME_FORM.test(name)) {
          throw new SchemaFault('unreadable', `field ${at} of ${scope.path} has no usable name`);
        }
        const node = this.node(field['type'], { namespace, path: `column ${name}`, open });
        return { name, safeName: `f${at}`, node };
      }),
    };
  }

  #fixed(schema: Attributes, scope: Scope): SchemaNode {
    const size = Number(schema['size']);
    if (!Number.isInteger(size) || size < 0 || size > 1_000_000) {
      throw new SchemaFault('unreadable', `${scope.path} has no usable size`);
    }
    return { kind: 'fixed', id: this.#count, size, semantic: semanticOf(schema) };
  }

  /** Notes a named type and answers the namespace inside it. */
  #define(schema: Attributes, outer: string): string {
    const name = schema['name'];
    if (typeof name !== 'string' || !NAME_FORM.test(name)) {
      throw new SchemaFault('unreadable', 'a type has no usable name');
    }
    const own = schema['namespace'];
    const full = qualified(name, typeof own === 'string' ? own : outer);
    const namespace = full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : '';
    this.#named.set(full, { schema, namespace: outer });
    return namespace;
  }
}

function isAttributes(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function qualified(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function semanticOf(attributes: Attributes): string | undefined {
  const name = attributes['connect.name'];
  return typeof name === 'string' ? name : undefined;
}

function symbolsOf(schema: Attributes, { path }: Scope): readonly string[] {
  const symbols = schema['symbols'];
  const usable = Array.isArray(symbols) && symbols.every((symbol) => typeof symbol === 'string');
  if (!usable) throw new SchemaFault('unreadable', `${path} has no symbols`);
  return symbols;
}
