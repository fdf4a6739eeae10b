/**
 * One YAML file that a person wrote, read into a checked value. Everything wrong with the
 * file is collected with its line: broken YAML, doubled keys, unknown keys, wrong types.
 * Rules that span fields are the caller's: it gets the value and `at`, which finds lines.
 */
import { readFile } from 'node:fs/promises';
import { isNode, isScalar, LineCounter, parseDocument, Scalar, visit, type Document } from 'yaml';
import type { z } from 'zod';
import { BusError, messageOf, type Problem } from './errors.ts';

/** Files of people need none; files that would grow beyond all measure use many. */
const ALIASES_MAX = 20;

export type DocumentPath = readonly (string | number)[];

/** For documents that people sign: one meaning only, whoever reads them. */
export type Strictness = {
  /** Keys whose values must stand in quotes, wherever they are: versions ("1.10" is not 1.1). */
  readonly quoted: readonly string[];
};

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
  strict?: Strictness,
): Promise<LoadedDocument<z.output<S>>> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new BusError('BUS_FILE_UNREADABLE', { file, why: messageOf(error) }, error);
  }
  return parseYaml({ file, content, schema, ...(strict ? { strict } : {}) });
}

/**
 * As `loadDocument`, from text. With `strict` also refused: anchors, aliases, tags, text that is
 * not in Unicode's composed form (NFC) or holds what is not seen, keys that are no text, and unquoted values of the keys named.
 */
export function parseYaml<S extends z.ZodType>({
  file,
  content,
  schema,
  strict,
}: {
  readonly file: string;
  readonly content: string;
  readonly schema: S;
  readonly strict?: Strictness;
}): LoadedDocument<z.output<S>> {
  const lines = new LineCounter();
  const yaml = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const at = locator({ file, yaml, lines });
  const broken = [...yaml.errors, ...yaml.warnings].map((error) => ({
    file: `${file}:${lines.linePos(error.pos[0]).line}`,
    message: `The YAML cannot be read: ${sentence(error.message)}`,
  }));
  if (broken.length > 0) return { file, value: undefined, problems: broken, at };
  const ambiguous = strict ? ambiguities({ file, content, yaml, lines, strict }) : [];
  let plain: unknown;
  try {
    plain = yaml.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    const told = ambiguous.length > 0 ? ambiguous : [at([], sentence(messageOf(error)))];
    return { file, value: undefined, problems: told, at };
  }
  const parsed = schema.safeParse(plain);
  if (parsed.success && ambiguous.length === 0)
    return { file, value: parsed.data, problems: [], at };
  const issues = parsed.error?.issues.flatMap((issue) => issueProblems(issue, at)) ?? [];
  return { file, value: undefined, problems: [...ambiguous, ...issues], at };
}

/** What two readers could take for different things. */
function ambiguities({
  file,
  content,
  yaml,
  lines,
  strict,
}: {
  readonly file: string;
  readonly content: string;
  readonly yaml: Document;
  readonly lines: LineCounter;
  readonly strict: Strictness;
}): Problem[] {
  const problems: Problem[] = [];
  const tell = (line: number, message: string, remedy: string) =>
    problems.push({ file: `${file}:${line}`, message, remedy });
  const lineAt = (node: { range?: readonly number[] | null }) =>
    lines.linePos(node.range?.[0] ?? 0).line;
  content.split('\n').forEach((line, index) => {
    const unclear = unclearText(line);
    if (unclear) tell(index + 1, ...unclear);
  });
  visit(yaml, {
    Alias: (_key, node) => tell(lineAt(node), 'Aliases (*) are refused.', 'Write the value out.'),
    Node: (_key, node) => {
      if (node.anchor !== undefined)
        tell(lineAt(node), 'Anchors (&) are refused.', 'Write each value where it stands.');
      if (node.tag !== undefined)
        tell(lineAt(node), 'Tags (!) are refused.', 'Write plain text, numbers or lists.');
      const unclear = isScalar(node) ? unclearValue(node, content) : undefined;
      if (unclear) tell(lineAt(node), ...unclear);
    },
    Pair: (_key, pair) => {
      if (!isScalar(pair.key) || typeof pair.key.value !== 'string') {
        const place = isNode(pair.key) ? lineAt(pair.key) : 1;
        tell(place, 'Every key is text.', 'Put the key in quotes, or remove it.');
        return;
      }
      if (!isScalar(pair.value) || !strict.quoted.includes(pair.key.value)) return;
      const { type } = pair.value;
      if (type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE) return;
      const message = `The value of "${pair.key.value}" must stand in quotes.`;
      tell(lineAt(pair.value), message, `Write "${pair.value.source ?? ''}".`);
    },
  });
  return problems;
}

type Unclear = readonly [message: string, remedy: string];

/** Controls but tab and line ends, and characters that are not seen but change what is. */
const UNSEEN = /[^\P{Cc}\t\r\n]|\p{Cf}|\p{Co}|\p{Cs}/u;

function unclearText(text: string): Unclear | undefined {
  if (UNSEEN.test(text))
    return ['Text holds characters that are not seen.', 'Type the line anew, without them.'];
  if (text.normalize('NFC') !== text)
    return [
      'Text is not in composed form (Unicode NFC).',
      'Save the file in NFC: what looks equal must be equal.',
    ];
  return undefined;
}

/** As written with escapes, or with more digits than a number keeps. */
function unclearValue({ value, range }: Scalar, content: string): Unclear | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return ['The number has more digits than are kept.', 'Write it in quotes, as text.'];
  if (value === '__proto__') return ['"__proto__" cannot be used.', 'Choose another word.'];
  if (typeof value !== 'string') return undefined;
  // What stands there without an escape was told with its line.
  const isTold = unclearText(content.slice(range?.[0], range?.[1])) !== undefined;
  return isTold ? undefined : unclearText(value);
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
  const words = issue.message
    .replace(/^Invalid input: expected/, 'Expected')
    .replace(/^Invalid discriminator value\. /, '');
  return sentence(words);
}

function sentence(words: string): string {
  const trimmed = words.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
