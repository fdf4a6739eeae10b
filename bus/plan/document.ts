/**
 * One YAML file that a person wrote, read into a checked value. Everything wrong with the
 * file is collected with its line: broken YAML, doubled keys, unknown keys, wrong types.
 * Rules that span fields are the caller's: it gets the value and `at`, which finds lines.
 */
import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { BusError, messageOf, type Problem } from '../base/errors.ts';

/** Files of people need none; files that would grow beyond all measure use many. */
const ALIASES_MAX = 20;

export type DocumentPath = readonly (string | number)[];

export type LoadedDocument<T> = {
  /** As given, for messages. */
  readonly file: string;
  /** undefined when the file does not fit the schema. */
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
  /** A problem of this file at `path`, with the line of the nearest node that exists. */
  readonly at: (path: DocumentPath, message: string, remedy?: string) => Problem;
};

/** Reads and checks `file`. Throws BUS_FILE_UNREADABLE; everything in the file is a problem instead. */
export async function loadDocument<S extends z.ZodType>(
  file: string,
  schema: S,
): Promise<LoadedDocument<z.output<S>>> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new BusError('BUS_FILE_UNREADABLE', { file, why: messageOf(error) }, error);
  }
  return parseYaml({ file, content, schema });
}

/** As `loadDocument`, from text. */
export function parseYaml<S extends z.ZodType>({
  file,
  content,
  schema,
}: {
  readonly file: string;
  readonly content: string;
  readonly schema: S;
}): LoadedDocument<z.output<S>> {
  const lines = new LineCounter();
  const yaml = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const at = locator({ file, yaml, lines });
  const broken = [...yaml.errors, ...yaml.warnings].map((error) => ({
    file: `${file}:${lines.linePos(error.pos[0]).line}`,
    message: `The YAML cannot be read: ${sentence(error.message)}`,
  }));
  if (broken.length > 0) return { file, value: undefined, problems: broken, at };
  let plain: unknown;
  try {
    plain = yaml.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    return { file, value: undefined, problems: [at([], sentence(messageOf(error)))], at };
  }
  const parsed = schema.safeParse(plain);
  if (parsed.success) return { file, value: parsed.data, problems: [], at };
  const problems = parsed.error.issues.flatMap((issue) => issueProblems(issue, at));
  return { file, value: undefined, problems, at };
}

function locator({
  file,
  yaml,
  lines,
}: {
  readonly file: string;
  readonly yaml: Document;
  readonly lines: LineCounter;
}): LoadedDocument<unknown>['at'] {
  return (path, message, remedy) => ({
    file: `${file}:${lineOf({ yaml, lines, path })}`,
    path: dotted(path),
    message,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function lineOf({
  yaml,
  lines,
  path,
}: {
  readonly yaml: Document;
  readonly lines: LineCounter;
  readonly path: DocumentPath;
}): number {
  for (let length = path.length; length > 0; length--) {
    const node = yaml.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | undefined)?.range;
    if (range?.[0] !== undefined) return lines.linePos(range[0]).line;
  }
  return 1;
}

/** `tables[0].columns[2].name` */
export function dotted(path: DocumentPath): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join('');
}

type Issue = z.core.$ZodIssue;

function issueProblems(issue: Issue, at: LoadedDocument<unknown>['at']): Problem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      at([...path, key], `"${key}" is not a key that is known here.`, 'Remove it or correct it.'),
    );
  }
  return [at(path, issueText(issue))];
}

function issueText(issue: Issue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    const missing = issue.message.endsWith('received undefined');
    if (missing) return `This is required (${issue.expected}) and is missing.`;
  }
  if (issue.code === 'invalid_value') {
    return `Expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}.`;
  }
  return sentence(issue.message.replace(/^Invalid input: expected/, 'Expected'));
}

function sentence(words: string): string {
  const trimmed = words.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
