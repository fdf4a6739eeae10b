/**
 * A line of the archive: canonical JSON that names the hash of the line before it and its own, so
 * that there is one text for one content and no byte can change without being found. Three kinds:
 * the beginning of a file, a record of the audit topic as it was read, and a head that the bus has
 * signed. Whoever rewrites lines and all hashes after them still lacks the key of the heads.
 */
import { z } from 'zod';
import { canonicalJson, sha256 } from '../../agreement/canonical/canonical.ts';
import { signStatement, type Statement } from '../../agreement/signature/signature.ts';
import type { OrgSigningKey } from '../../agreement/signature/keys.ts';
import { BUS_ORG } from '../../agreement/lifecycle/verbs.ts';
import type { RawRecord } from '../../kafka/kafka.ts';

const offset = z.string().regex(/^(0|[1-9]\d*)$/);
const chained = { previous: z.string().nullable(), hash: z.string() };

const fileLine = z.strictObject({
  kind: z.literal('file'),
  /** From 1, without a gap. */
  number: z.int().min(1),
  topic: z.string(),
  topicId: z.string(),
  ...chained,
});
const recordLine = z.strictObject({
  kind: z.literal('record'),
  offset,
  timestampMs: z.int(),
  key: z.string().nullable(),
  record: z.string().nullable(),
  /** Present where key or record is no text and stands as base64. */
  encoding: z.literal('base64').optional(),
  ...chained,
});
const headLine = z.strictObject({
  kind: z.literal('head'),
  statement: z.strictObject({
    /** The audit topic and its identity. */
    id: z.string(),
    /** Hash of the line before: of everything up to here. */
    contentHash: z.string(),
    verb: z.literal('archive-head'),
    previousEventHash: z.null(),
    time: z.string(),
    org: z.literal(BUS_ORG),
    /** Of the newest record; null: none yet. */
    offset: offset.nullable(),
  }),
  jws: z.string(),
  ...chained,
});
const anyLine = z.discriminatedUnion('kind', [fileLine, recordLine, headLine]);

export type FileLine = Readonly<z.infer<typeof fileLine>>;
export type RecordLine = Readonly<z.infer<typeof recordLine>>;
export type HeadLine = Readonly<z.infer<typeof headLine>>;
export type ArchiveLine = FileLine | RecordLine | HeadLine;
type Unchained<L> = L extends ArchiveLine ? Omit<L, 'previous' | 'hash'> : never;

/** Which topic, in which of its lives. */
export type ArchivedTopic = { readonly topic: string; readonly topicId: string };

/** The line that follows the one with hash `previous`. */
export function chainLine(content: Unchained<ArchiveLine>, previous: string | null): ArchiveLine {
  const line = { ...content, previous };
  return { ...line, hash: sha256(canonicalJson(line)) } as ArchiveLine;
}

export function recordContent({
  offset: at,
  key,
  value,
  timestampMs,
}: RawRecord): Unchained<RecordLine> {
  const isText = [key, value].every((bytes) => bytes === null || isUtf8(bytes));
  const encoding = isText ? 'utf8' : 'base64';
  return {
    kind: 'record',
    offset: at.toString(),
    timestampMs,
    key: key?.toString(encoding) ?? null,
    record: value?.toString(encoding) ?? null,
    ...(isText ? {} : { encoding: 'base64' as const }),
  };
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
}

/** A head over everything up to the line with hash `previous`, signed with the bus's `key`. */
export async function headContent(
  about: ArchivedTopic & {
    readonly previous: string;
    readonly offset: bigint | undefined;
    readonly nowMs: number;
  },
  key: OrgSigningKey,
): Promise<Unchained<HeadLine>> {
  const statement = {
    id: archiveId(about),
    contentHash: about.previous,
    verb: 'archive-head',
    previousEventHash: null,
    time: new Date(about.nowMs).toISOString(),
    org: BUS_ORG,
    offset: about.offset?.toString() ?? null,
  } as const satisfies Statement;
  return { kind: 'head', statement, jws: await signStatement(statement, key) };
}

export function archiveId({ topic, topicId }: ArchivedTopic): string {
  return `${topic}/${topicId}`;
}

export function lineText(line: ArchiveLine): string {
  return `${canonicalJson(line)}\n`;
}

/** The line that `bytes`, without their line end, are; or why they are none. */
export function parseLine(bytes: Buffer): ArchiveLine | string {
  const text = bytes.toString('utf8');
  let line: ArchiveLine;
  try {
    line = anyLine.parse(JSON.parse(text));
  } catch (error) {
    return error instanceof z.ZodError ? 'it lacks fields of a line' : 'it is no JSON';
  }
  if (!Buffer.from(canonicalJson(line), 'utf8').equals(bytes))
    return 'it is not written as a line is';
  const { hash, ...content } = line;
  return hash === sha256(canonicalJson(content)) ? line : 'its hash is not that of its content';
}
