/**
 * The two streams of a command. Data goes to standard output, whole and once: a table for people
 * or one JSON object for programs. Everything else goes to standard error.
 */
import type { Problem } from '../../bus/base/errors.ts';
import { paintsOf, type Paints } from './paint.ts';
import { renderTable, type TableView } from './table.ts';

export type Streams = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
};

export type Listing<T> = {
  /** The `kind` of the JSON object: "ConnectorList". */
  readonly kind: string;
  /** English keys and values in every language. */
  readonly items: readonly T[];
  readonly table: TableView;
  /** What the reader must know beside the items. */
  readonly warnings?: readonly string[];
};

export interface Output {
  readonly isJson: boolean;
  readonly paints: Paints;
  /** Prints data: the only way to standard output. */
  list<T>(listing: Listing<T>): void;
  /** Prints data that is no table (a log): as it is, or as one item in JSON. */
  text(kind: string, content: string): void;
  /** What to do next, or what happened; left out with --quiet and in JSON. */
  hint(line: string): void;
  /** What the reader must know; also in JSON, where it is part of the object. */
  warn(line: string): void;
}

export const API_VERSION = 'civicbus/v1';

export function createOutput({
  streams,
  json,
  quiet,
  color,
}: {
  readonly streams: Streams;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}): Output {
  const paints = paintsOf(color);
  const warnings: string[] = [];
  const warn = (line: string) => {
    if (json) warnings.push(line);
    else streams.err(`${paints.attention('!')} ${line}\n`);
  };
  const object = (kind: string, items: readonly unknown[]) =>
    streams.out(`${toJson({ apiVersion: API_VERSION, kind, items, warnings })}\n`);
  return {
    isJson: json,
    paints,
    list({ kind, items, table, warnings: more = [] }) {
      for (const line of more) warn(line);
      if (json) object(kind, items);
      else streams.out(`${renderTable(table, paints)}\n`);
    },
    text(kind, content) {
      if (json) object(kind, [content]);
      else streams.out(content.endsWith('\n') || content === '' ? content : `${content}\n`);
    },
    hint(line) {
      if (!json && !quiet) streams.err(`${paints.dim(line)}\n`);
    },
    warn,
  };
}

/** JSON with offsets (bigint) as text, because JSON numbers end at 2^53 in most readers. */
export function toJson(value: unknown): string {
  const plain = (_key: string, one: unknown) => (typeof one === 'bigint' ? one.toString() : one);
  return JSON.stringify(value, plain, 2);
}

/** The problem as it stands in a JSON error. */
export function problemJson({ file, path, message, remedy }: Problem): Problem {
  return {
    ...(file === undefined ? {} : { file }),
    ...(path === undefined ? {} : { path }),
    message,
    ...(remedy === undefined ? {} : { remedy }),
  };
}
