/**
 * The files of the archive: numbered without a gap, named after the day (UTC) of their first
 * record, readable by their owner only. Reads them line by line without holding a whole file.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export type ArchiveFile = { readonly number: number; readonly day: string; readonly name: string };

export type RawLine = {
  /** From 1. */
  readonly number: number;
  /** Without its line end. */
  readonly bytes: Buffer;
  /** Where the next line begins in the file. */
  readonly end: number;
  /** False for a last line without its line end: cut off while it was written. */
  readonly isWhole: boolean;
};

const NAME = /^(\d{6,})-(\d{4}-\d{2}-\d{2})\.jsonl$/;
const LINE_END = 0x0a;

export function archiveFileName(number: number, day: string): string {
  return `${String(number).padStart(6, '0')}-${day}.jsonl`;
}

/** In order; none where there is no folder. */
export async function archiveFiles(folder: string): Promise<readonly ArchiveFile[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .flatMap((name) => {
      const [, number, day] = NAME.exec(name) ?? [];
      return number === undefined || day === undefined
        ? []
        : [{ number: Number(number), day, name }];
    })
    .toSorted((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
}

export async function* linesOf(file: string): AsyncGenerator<RawLine> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  let end = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let begin = 0;
    for (let at = rest.indexOf(LINE_END); at >= 0; at = rest.indexOf(LINE_END, begin)) {
      const bytes = rest.subarray(begin, at);
      begin = at + 1;
      end += bytes.length + 1;
      yield { number: ++number, bytes, end, isWhole: true };
    }
    rest = rest.subarray(begin);
  }
  if (rest.length > 0)
    yield { number: number + 1, bytes: rest, end: end + rest.length, isWhole: false };
}

export async function ensureArchiveFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Appends to `name` and resolves when it is on the disk; a file that is made is in its folder then. */
export async function appendDurably(
  { folder, name }: { readonly folder: string; readonly name: string },
  text: string,
): Promise<void> {
  const file = await open(join(folder, name), 'a', 0o600);
  try {
    const isNew = (await file.stat()).size === 0;
    await file.appendFile(text, 'utf8');
    await file.sync();
    if (isNew) await syncFolder(folder);
  } finally {
    await file.close();
  }
}

export async function cutFile(file: string, size: number): Promise<void> {
  const opened = await open(file, 'r+');
  try {
    await opened.truncate(size);
    await opened.sync();
  } finally {
    await opened.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
