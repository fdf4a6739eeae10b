/** Whatever is done to an archive is found, and named. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newSigningKey } from '../../../../bus/agreement/signature/keys.ts';
import { archiveFiles } from '../../../../bus/pair/audit/files.ts';
import {
  type ArchiveLine,
  chainLine,
  headContent,
  lineText,
  parseLine,
} from '../../../../bus/pair/audit/line.ts';
import { auditText, auditWorld } from '../../../support/pair/audit-world.ts';
import { scratchFolder } from '../../../support/scratch.ts';

const one = auditWorld(join(scratchFolder(), 'audit'), { limits: { fileBytesMax: 2_000 } });
let whole: ReadonlyMap<string, Buffer>;
let names: readonly string[];

beforeAll(async () => {
  for (let i = 0; i < 6; i++) {
    one.audit(auditText({ agreement: `agreement ${i}` }), '甲乙丙');
    await one.archiveAll();
  }
  names = (await archiveFiles(one.folder)).map(({ name }) => name);
  whole = new Map(names.map((name) => [name, readFileSync(join(one.folder, name))]));
});

beforeEach(() => {
  rmSync(one.folder, { recursive: true });
  mkdirSync(one.folder);
  restore();
});

function restore(): void {
  for (const [name, bytes] of whole) put(name, bytes);
}

function put(name: string, bytes: Buffer | string): void {
  writeFileSync(join(one.folder, name), bytes);
}

const linesIn = (name: string): string[] => whole.get(name)!.toString('utf8').trimEnd().split('\n');
const parsed = (name: string): ArchiveLine[] =>
  linesIn(name).map((line) => parseLine(Buffer.from(line)) as ArchiveLine);
const faultsOf = async (options: { withTopic?: boolean } = {}) =>
  (await one.verify(options)).faults.map(({ file, line, why }) => `${file}:${line} ${why}`);

describe('a whole archive', () => {
  test('has no fault, also where the topic is gone', async () => {
    expect(names.length).toBeGreaterThan(1);
    expect(await faultsOf()).toEqual([]);
    expect(await faultsOf({ withTopic: false })).toEqual([]);
  });
});

describe('of a changed archive', () => {
  test('any changed byte is found in the line that has it, without the topic', async () => {
    const places = names.flatMap((name) => {
      const bytes = whole.get(name)!;
      return Array.from({ length: bytes.length }, (_, at) => ({ name, at }));
    });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(places.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (place, change) => {
          const { name, at } = places[place]!;
          const bytes = Buffer.from(whole.get(name)!);
          bytes[at]! ^= change;
          put(name, bytes);
          const { faults } = await one.verify({ withTopic: false });
          restore();
          const line = whole.get(name)!.subarray(0, at).toString('latin1').split('\n').length;
          expect(faults.length).toBeGreaterThan(0);
          expect(faults.every((fault) => fault.file === name)).toBe(true);
          // A line end that was changed may be missed at the line it ends or at the next one.
          expect([line, line + 1, line - 1]).toContain(faults[0]!.line);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('every single byte of its newest head is looked at', async () => {
    const name = names.at(-1)!;
    const bytes = whole.get(name)!;
    const begin = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    for (let at = begin; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      put(name, changed);
      const { faults } = await one.verify({ withTopic: false, from: name });
      expect(faults.length, `byte ${at}`).toBeGreaterThan(0);
    }
  });

  test('a removed line is named at the line that follows it', async () => {
    const name = names[0]!;
    put(name, `${linesIn(name).toSpliced(2, 1).join('\n')}\n`);
    const faults = await faultsOf();
    expect(faults[0]).toBe(
      `${name}:3 it does not continue the line before it: one was removed, inserted or replaced`,
    );
  });

  test('a removed record is named by its offset where the topic still has it', async () => {
    const name = names[0]!;
    put(name, `${linesIn(name).toSpliced(2, 1).join('\n')}\n`);
    expect(await faultsOf()).toContainEqual(
      expect.stringContaining("the topic's record at offset 1 is missing before it"),
    );
  });

  test('an inserted line is named', async () => {
    const name = names[0]!;
    const lines = linesIn(name);
    put(name, `${lines.toSpliced(2, 0, lines[1]!).join('\n')}\n`);
    expect((await faultsOf({ withTopic: false }))[0]).toMatch(
      `${name}:3 it does not continue the line before it`,
    );
  });

  test.each([
    { reason: 'the first', at: 0, says: 'the files before it are missing' },
    { reason: 'one in the middle', at: 1, says: 'file 2 should stand here' },
  ])('$reason file is missed', async ({ at, says }) => {
    rmSync(join(one.folder, names[at]!));
    expect((await faultsOf({ withTopic: false })).join()).toContain(says);
  });

  test.each([
    { reason: 'the newest file', harm: () => rmSync(join(one.folder, names.at(-1)!)) },
    {
      reason: 'the last line',
      harm: () => put(names.at(-1)!, `${linesIn(names.at(-1)!).slice(0, -1).join('\n')}\n`),
    },
    { reason: 'everything', harm: () => names.forEach((name) => rmSync(join(one.folder, name))) },
  ])('$reason is missed, because its hash was noted', async ({ harm }) => {
    harm();
    expect((await faultsOf({ withTopic: false })).join()).toContain(
      'the line that the control database notes as archived is nowhere',
    );
  });

  test('who works out every hash anew lacks the key of the heads', async () => {
    const name = names.at(-1)!;
    put(name, rechained(parsed(name)));
    expect((await faultsOf({ withTopic: false })).join()).toContain(
      'the head was signed over other lines than those before it',
    );
  });

  test('a head signed with another key counts for nothing', async () => {
    const name = names.at(-1)!;
    const stranger = await newSigningKey('CIVICBUS', 'CIVICBUS-1');
    const lines = parsed(name);
    const [file] = lines;
    if (file?.kind !== 'file') throw new Error('a file begins with its line');
    const kept = lines.slice(0, -1);
    const previous = kept.at(-1)!.hash;
    const head = await headContent({ ...file, previous, offset: 16n, nowMs: 0 }, stranger);
    put(name, [...kept, chainLine(head, previous)].map(lineText).join(''));
    expect((await faultsOf({ withTopic: false })).join()).toContain('do not belong together');
  });

  test('without any head left the topic still tells', async () => {
    const name = names.at(-1)!;
    put(name, rechained(parsed(name).filter(({ kind }) => kind !== 'head')));
    expect((await faultsOf()).join()).toContain('the topic says otherwise at offset');
  });
});

/** Its first record changed, and every hash worked out again. */
function rechained(lines: readonly ArchiveLine[]): string {
  let previous = lines[0]!.previous;
  let changed = false;
  return lines
    .map((line) => {
      const { hash: _hash, previous: _previous, ...content } = line;
      if (content.kind === 'record' && !changed) {
        changed = true;
        content.record = 'something else';
      }
      const made = chainLine(content as Parameters<typeof chainLine>[0], previous);
      previous = made.hash;
      return lineText(made);
    })
    .join('');
}
