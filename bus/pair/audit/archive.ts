/**
 * The archive as its writer sees it: where it stands, found again after a crash at the last whole
 * line, and lines added to it. One writer at a time is the caller's (archiver.ts holds a lock); that
 * nobody wrote meanwhile is checked here.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OrgSigningKey } from '../../agreement/signature/keys.ts';
import { must } from '../../base/assert.ts';
import { BusError } from '../../base/errors.ts';
import type { RawRecord } from '../../kafka/kafka.ts';
import {
  appendDurably,
  archiveFileName,
  archiveFiles,
  type ArchiveFile,
  cutFile,
  ensureArchiveFolder,
  linesOf,
} from './files.ts';
import {
  type ArchivedTopic,
  type ArchiveLine,
  chainLine,
  headContent,
  lineText,
  parseLine,
  recordContent,
} from './line.ts';

export type Stand = {
  /** Hash of the last line; null: nothing is archived yet. */
  readonly hash: string | null;
  /** Of the newest record. */
  readonly offset: bigint | undefined;
  /** Records since the last signed head. */
  readonly unsigned: number;
  readonly file: (ArchiveFile & { readonly size: number }) | undefined;
  readonly topicId: string | undefined;
};

const NOTHING: Stand = {
  hash: null,
  offset: undefined,
  unsigned: 0,
  file: undefined,
  topicId: undefined,
};

export type ArchiveOptions = {
  readonly folder: string;
  /** A file is not begun larger than this. */
  readonly fileBytesMax: number;
  readonly topic: string;
  /** The bus's own. */
  readonly key: OrgSigningKey;
};

export class Archive {
  readonly #options: ArchiveOptions;
  readonly #found: Set<string>;
  #stand: Stand;

  private constructor(options: ArchiveOptions, stand: Stand, found: Set<string>) {
    this.#options = options;
    this.#stand = stand;
    this.#found = found;
  }

  /** Finds the end and cuts a line that was not written whole. Throws AUDIT_ARCHIVE_BROKEN. */
  static async open(options: ArchiveOptions): Promise<Archive> {
    await ensureArchiveFolder(options.folder);
    const files = [...(await archiveFiles(options.folder))];
    for (let file = files.pop(); file; file = files.pop()) {
      const found = new Set<string>();
      const stand = await readEnd(options.folder, file, found);
      // A file of which not one line was written whole: what counts is the one before.
      if (stand) return new Archive(options, await withOffset(options, stand, files), found);
    }
    return new Archive(options, NOTHING, new Set());
  }

  get stand(): Stand {
    return this.#stand;
  }

  /** Whether the newest file, or the end of the one before, has a line with this hash. */
  holds(hash: string): boolean {
    return this.#found.has(hash);
  }

  /** Whether somebody else wrote since this was opened. */
  async wasMoved(): Promise<boolean> {
    const { file } = this.#stand;
    const newest = (await archiveFiles(this.#options.folder)).at(-1);
    if (!newest) return file !== undefined;
    const { size } = await stat(join(this.#options.folder, newest.name));
    if (!file) return size > 0;
    return newest.name === file.name ? size !== file.size : size > 0;
  }

  /** Adds the records, in files of their days, and a head where asked. On the disk when it resolves. */
  async append({
    records,
    topicId,
    sign,
    nowMs,
  }: {
    readonly records: readonly RawRecord[];
    readonly topicId: string;
    readonly sign: boolean;
    readonly nowMs: number;
  }): Promise<void> {
    const about = { topic: this.#options.topic, topicId };
    const writing = new Writing(this.#stand, { ...this.#options, nowMs, about });
    for (const record of records) await writing.add(record);
    if (sign) await writing.sign();
    for (const { name, text } of writing.texts)
      await appendDurably({ folder: this.#options.folder, name }, text);
    for (const hash of writing.hashes) this.#found.add(hash);
    this.#stand = writing.stand;
  }

  /** After it was noted elsewhere that the archive stands here, older hashes need not be known. */
  forgetOlder(): void {
    this.#found.clear();
    if (this.#stand.hash !== null) this.#found.add(this.#stand.hash);
  }
}

/** Lines of one append, made in memory, file by file. */
class Writing {
  readonly #parts: ArchiveOptions & { readonly nowMs: number; readonly about: ArchivedTopic };
  readonly texts: { name: string; text: string }[] = [];
  readonly hashes: string[] = [];
  stand: Stand;

  constructor(
    stand: Stand,
    parts: ArchiveOptions & { readonly nowMs: number; readonly about: ArchivedTopic },
  ) {
    this.stand = stand;
    this.#parts = parts;
  }

  async add(record: RawRecord): Promise<void> {
    const day = new Date(record.timestampMs).toISOString().slice(0, 10);
    const { file } = this.stand;
    if (!file || day > file.day || file.size >= this.#parts.fileBytesMax) await this.#begin(day);
    this.#push(chainLine(recordContent(record), this.stand.hash));
    const { unsigned } = this.stand;
    this.stand = { ...this.stand, offset: record.offset, unsigned: unsigned + 1 };
  }

  async sign(): Promise<void> {
    const { hash, offset } = this.stand;
    if (hash === null) return;
    const { about, nowMs, key } = this.#parts;
    const head = await headContent({ ...about, previous: hash, offset, nowMs }, key);
    this.#push(chainLine(head, hash));
    this.stand = { ...this.stand, unsigned: 0 };
  }

  /** Every file but the newest ends with a head. */
  async #begin(day: string): Promise<void> {
    const { file, unsigned } = this.stand;
    if (file && unsigned > 0) await this.sign();
    const number = (file?.number ?? 0) + 1;
    const begun = file && file.day > day ? file.day : day;
    this.stand = {
      ...this.stand,
      file: { number, day: begun, name: archiveFileName(number, begun), size: 0 },
      topicId: this.#parts.about.topicId,
    };
    this.#push(chainLine({ kind: 'file', number, ...this.#parts.about }, this.stand.hash));
  }

  #push(line: ArchiveLine): void {
    const text = lineText(line);
    const file = must(this.stand.file, 'a file is begun first');
    const last = this.texts.at(-1);
    if (last?.name === file.name) last.text += text;
    else this.texts.push({ name: file.name, text });
    this.hashes.push(line.hash);
    const size = file.size + Buffer.byteLength(text, 'utf8');
    this.stand = { ...this.stand, hash: line.hash, file: { ...file, size } };
  }
}

/** Where the file ends, its lines checked; undefined where it has none. */
async function readEnd(
  folder: string,
  file: ArchiveFile,
  found: Set<string>,
): Promise<Stand | undefined> {
  const path = join(folder, file.name);
  let stand: Stand | undefined;
  let size = 0;
  for await (const { number, bytes, end, isWhole } of linesOf(path)) {
    if (!isWhole) {
      await cutFile(path, size);
      break;
    }
    const line = parseLine(bytes);
    if (typeof line === 'string')
      throw new BusError('AUDIT_ARCHIVE_BROKEN', { file: file.name, line: number, why: line });
    if (stand && line.previous !== stand.hash)
      throw new BusError('AUDIT_ARCHIVE_BROKEN', {
        file: file.name,
        line: number,
        why: 'it does not follow the line before it',
      });
    if (!stand && line.previous !== null) found.add(line.previous);
    found.add(line.hash);
    size = end;
    stand = after(stand ?? NOTHING, line, { ...file, size });
  }
  return stand;
}

function after(stand: Stand, line: ArchiveLine, file: NonNullable<Stand['file']>): Stand {
  const next = { ...stand, hash: line.hash, file };
  if (line.kind === 'file') return { ...next, topicId: line.topicId };
  if (line.kind === 'head') return { ...next, unsigned: 0 };
  return { ...next, offset: BigInt(line.offset), unsigned: stand.unsigned + 1 };
}

/** A file that only begins has no record yet: the newest offset stands in the one before. */
async function withOffset(
  { folder }: ArchiveOptions,
  stand: Stand,
  before: readonly ArchiveFile[],
): Promise<Stand> {
  const file = before.at(-1);
  if (stand.offset !== undefined || !file) return stand;
  const earlier = await readEnd(folder, file, new Set());
  return { ...stand, offset: earlier?.offset };
}
