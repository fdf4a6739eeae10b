/**
 * Is the archive what was written? Works out every hash and signature anew, and compares with the
 * topic as far as it is still there and with what the control database notes. Names every line that
 * was changed, and every place where one was removed or inserted; changes nothing.
 */
import { join } from 'node:path';
import { BUS_ORG } from '../../agreement/lifecycle/verbs.ts';
import type { OrgPublicKey } from '../../agreement/signature/keys.ts';
import { verifyStatement } from '../../agreement/signature/signature.ts';
import { BusError, messageOf } from '../../base/errors.ts';
import { archiveFiles, type ArchiveFile, linesOf } from './files.ts';
import {
  archiveId,
  type ArchivedTopic,
  type FileLine,
  type HeadLine,
  parseLine,
  type RecordLine,
} from './line.ts';

export type ArchiveFault = {
  readonly file: string;
  /** From 1; 0: about the file as a whole. */
  readonly line: number;
  readonly why: string;
};

export type FileReport = {
  readonly file: string;
  readonly lines: number;
  readonly records: number;
  /** Offsets of the first and the last record. */
  readonly from: string | null;
  readonly to: string | null;
  readonly faults: readonly ArchiveFault[];
};

export type ArchiveReport = {
  readonly files: readonly FileReport[];
  /** Records after the last signed head. */
  readonly unsigned: number;
  readonly lastOffset: bigint | undefined;
  readonly faults: readonly ArchiveFault[];
};

export type VerifyArchive = {
  readonly folder: string;
  readonly publicKeys: readonly OrgPublicKey[];
  /** Name of the file to begin with; what it continues is taken as it says. */
  readonly from?: string;
  /** What the control database notes; empty: nothing. */
  readonly notedHash?: string;
  /** Told of each record, in order; answers how it differs from the topic. */
  readonly compare?: (line: RecordLine, afterBroken: boolean) => Promise<readonly string[]>;
};

/** Throws AUDIT_FILE_UNKNOWN where `from` is no file of the archive. */
export async function verifyArchive(options: VerifyArchive): Promise<ArchiveReport> {
  const files = await filesFrom(options);
  const walk = new Walk(options);
  const reports: FileReport[] = [];
  for (const [index, file] of files.entries())
    reports.push(await walk.file(file, index === files.length - 1));
  const last = reports.at(-1);
  const { notedHash = '' } = options;
  const end: ArchiveFault[] = [];
  if (notedHash !== '' && !walk.hasNoted)
    end.push({
      file: last?.file ?? '-',
      line: last?.lines ?? 0,
      why: 'the line that the control database notes as archived is nowhere: lines at the end were removed or made anew',
    });
  return {
    files: reports.map((one) => (one === last ? { ...one, faults: [...one.faults, ...end] } : one)),
    unsigned: walk.unsigned,
    lastOffset: walk.offset,
    faults: [...reports.flatMap(({ faults }) => faults), ...end],
  };
}

async function filesFrom({ folder, from }: VerifyArchive): Promise<readonly ArchiveFile[]> {
  const files = await archiveFiles(folder);
  if (from === undefined) return files;
  const index = files.findIndex(({ name }) => name === from);
  if (index < 0)
    throw new BusError('AUDIT_FILE_UNKNOWN', { file: from, folder, first: files[0]?.name ?? '-' });
  return files.slice(index);
}

class Walk {
  readonly #options: VerifyArchive;
  /** undefined: not known, because the line before could not be read. */
  #previous: string | null | undefined;
  #number: number;
  #topic: ArchivedTopic | undefined;
  #faults: ArchiveFault[] = [];
  /** Whether a line since the last record could not be read. */
  #isBroken = false;
  #at = { file: '', line: 0 };
  offset: bigint | undefined;
  unsigned = 0;
  hasNoted = false;

  constructor(options: VerifyArchive) {
    this.#options = options;
    this.#previous = options.from === undefined ? null : undefined;
    this.#number = 0;
  }

  async file(file: ArchiveFile, isNewest: boolean): Promise<FileReport> {
    this.#faults = [];
    this.#at = { file: file.name, line: 0 };
    const expected = this.#number === 0 ? undefined : this.#number + 1;
    if (this.#number === 0 && this.#options.from === undefined && file.number !== 1)
      this.#fault('the files before it are missing');
    if (expected !== undefined && file.number !== expected)
      this.#fault(`file ${expected} should stand here: a file was removed or inserted`);
    this.#number = file.number;
    const seen = { lines: 0, records: 0, from: null as string | null, to: null as string | null };
    for await (const { number, bytes, isWhole } of linesOf(join(this.#options.folder, file.name))) {
      this.#at = { file: file.name, line: number };
      seen.lines = number;
      if (!isWhole) {
        // The writer may be at it, and cuts it at its next start.
        if (!isNewest) this.#fault('its end is missing');
        break;
      }
      const record = await this.#line(Buffer.from(bytes), file.number);
      if (!record) continue;
      seen.records++;
      seen.from ??= record.offset;
      seen.to = record.offset;
    }
    return { file: file.name, ...seen, faults: this.#faults };
  }

  async #line(bytes: Buffer, fileNumber: number): Promise<RecordLine | undefined> {
    const line = parseLine(bytes);
    if (typeof line === 'string') {
      this.#fault(`it was changed: ${line}`);
      this.#previous = undefined;
      this.#isBroken = true;
      return undefined;
    }
    const { previous } = line;
    if (this.#previous !== undefined && previous !== this.#previous)
      this.#fault('it does not continue the line before it: one was removed, inserted or replaced');
    this.#previous = line.hash;
    if (line.hash === this.#options.notedHash) this.hasNoted = true;
    if (line.kind === 'file') this.#begin(line, fileNumber);
    else if (this.#at.line === 1)
      this.#fault('a file begins otherwise: its first line was removed');
    if (line.kind === 'head') await this.#head(line);
    if (line.kind !== 'record') return undefined;
    await this.#record(line);
    return line;
  }

  #begin({ number, topic, topicId }: FileLine, fileNumber: number): void {
    if (this.#at.line !== 1) this.#fault('a file begins in the middle of another');
    if (number !== fileNumber) this.#fault(`it begins file ${number}, not ${fileNumber}`);
    const known = this.#topic;
    if (known && archiveId(known) !== archiveId({ topic, topicId }))
      this.#fault(`it is about another topic: ${archiveId({ topic, topicId })}`);
    this.#topic = { topic, topicId };
  }

  async #record(line: RecordLine): Promise<void> {
    const offset = BigInt(line.offset);
    if (this.offset !== undefined && offset <= this.offset)
      this.#fault(`offset ${offset} stands after ${this.offset}`);
    this.offset = offset;
    this.unsigned++;
    const isBroken = this.#isBroken;
    this.#isBroken = false;
    for (const why of (await this.#options.compare?.(line, isBroken)) ?? []) this.#fault(why);
  }

  async #head({ statement, jws, previous }: HeadLine): Promise<void> {
    this.unsigned = 0;
    const id = this.#topic && archiveId(this.#topic);
    if (id !== undefined && statement.id !== id)
      this.#fault(`the head is about another topic: ${statement.id}`);
    if (statement.contentHash !== previous)
      this.#fault('the head was signed over other lines than those before it');
    const { offset } = this;
    if (offset !== undefined && statement.offset !== offset.toString())
      this.#fault(`the head was signed at offset ${statement.offset}, not ${offset}`);
    try {
      const { orgId } = await verifyStatement(jws, statement, this.#options.publicKeys);
      if (orgId !== BUS_ORG) this.#fault(`the head was signed by ${orgId}, not by the bus`);
    } catch (error) {
      this.#fault(messageOf(error));
    }
  }

  #fault(why: string): void {
    this.#faults.push({ ...this.#at, why });
  }
}
