/** The archiver with everything that can be cut off, removed or brought back. */
import { readFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../../../bus/base/log.ts';
import { archiveFiles } from '../../../../bus/pair/audit/files.ts';
import { parseLine } from '../../../../bus/pair/audit/line.ts';
import {
  AUDIT_TOPIC,
  auditText,
  auditWorld,
  type AuditWorld,
} from '../../../support/pair/audit-world.ts';
import { scratchFolder } from '../../../support/scratch.ts';

const root = scratchFolder();
let serial = 0;
const world = (options: Parameters<typeof auditWorld>[1] = {}) =>
  auditWorld(join(root, String(serial++)), options);

async function recordsOf(one: AuditWorld) {
  const text = (await one.bytes()).toString('utf8').trimEnd();
  return text.split('\n').flatMap((line) => {
    const read = parseLine(Buffer.from(line));
    if (typeof read === 'string') throw new Error(read);
    return read.kind === 'record' ? [read] : [];
  });
}

const offsetsOf = async (one: AuditWorld) => (await recordsOf(one)).map(({ offset }) => offset);
const newest = async (one: AuditWorld) =>
  join(one.folder, (await archiveFiles(one.folder)).at(-1)!.name);

describe('the archiver', () => {
  test('keeps every record as it is, passes markers and aborted ones, and signs the end', async () => {
    const one = world();
    one.audit(auditText(), 'two');
    one.fake.appendAborted({ topic: AUDIT_TOPIC, partition: 0 }, 3);
    one.audit(Buffer.from([0xff, 0xfe]));
    await one.archiveAll();
    expect((await recordsOf(one)).map(({ offset, record }) => [offset, record])).toEqual([
      ['0', auditText()],
      ['1', 'two'],
      ['7', Buffer.from([0xff, 0xfe]).toString('base64')],
    ]);
    const report = await one.verify();
    expect(report).toMatchObject({ faults: [], unsigned: 0, lastOffset: 7n });
    expect(one.heads.head.nextOffset).toBe(9n);
  });

  test('leaves files and folder to their owner', async () => {
    const one = world();
    one.audit('one');
    await one.archiveAll();
    expect(statSync(one.folder).mode & 0o777).toBe(0o700);
    expect(statSync(await newest(one)).mode & 0o777).toBe(0o600);
  });

  test('begins a file for a day and for what is too large, each ended by a head', async () => {
    const one = world({ limits: { fileBytesMax: 500 } });
    one.audit('a', 'b', 'c');
    one.clock.advance(86_400_000);
    one.audit('d');
    await one.archiveAll();
    expect((await archiveFiles(one.folder)).map(({ name }) => name)).toEqual([
      '000001-2026-11-22.jsonl',
      '000002-2026-11-22.jsonl',
      '000003-2026-11-23.jsonl',
    ]);
    expect(await one.verify()).toMatchObject({ faults: [], unsigned: 0 });
  });

  test('signs a head within ten seconds while records come, and not with every record', async () => {
    const one = world();
    const archiver = await one.archiver();
    const heads = async () => (await one.bytes()).toString().split('"kind":"head"').length - 1;
    for (let second = 0; second < 30; second++) {
      one.audit(`record ${second}`);
      await archiver.step();
      one.clock.advance(1_000);
    }
    expect(await heads()).toBe(6);
    expect((await one.verify()).unsigned).toBeLessThanOrEqual(5);
  });

  test('notes that nothing is missing only where it has read to the end', async () => {
    const one = world();
    const { bus } = one.fake;
    one.audit('a');
    one.reading({
      reader: async () => {
        const reader = await bus.reader();
        return {
          ...reader,
          fetch: async (positions, limits) =>
            (await reader.fetch(positions, limits)).map((range) => ({ ...range, end: 99n })),
        };
      },
    });
    const archiver = await one.archiver();
    await archiver.step();
    expect(one.heads).toMatchObject({ completeMoves: 0, head: { nextOffset: 2n } });
    one.reading(bus);
    await one.archiveAll();
    expect(one.heads.completeMoves).toBeGreaterThan(0);
  });

  test('goes on after a crash between the disk and the note, and writes nothing twice', async () => {
    const one = world();
    one.audit('a');
    await one.archiveAll();
    const crashed = await one.archiver();
    await crashed.step();
    one.audit('b');
    one.heads.failure = new Error('cut off');
    await expect(crashed.step()).rejects.toThrow('cut off');
    one.heads.failure = undefined;
    one.audit('c');
    await one.archiveAll();
    expect(await offsetsOf(one)).toEqual(['0', '2', '4']);
    expect((await one.verify()).faults).toEqual([]);
  });

  test('two at once write one chain', async () => {
    const one = world();
    const [left, right] = [await one.archiver(), await one.archiver()];
    const ending = new AbortController();
    const running = [left, right].map((archiver) => archiver.run(ending.signal));
    for (let i = 0; i < 20; i++) {
      one.audit(`record ${i}`);
      await expect
        .poll(() => one.heads.head.nextOffset, { timeout: 5_000 })
        .toBe(BigInt(2 * i + 2));
    }
    ending.abort();
    await Promise.all(running);
    expect(await offsetsOf(one)).toEqual(Array.from({ length: 20 }, (_, i) => String(2 * i)));
    expect((await one.verify()).faults).toEqual([]);
  });

  test('goes on where the log was shortened up to what is archived, a marker included', async () => {
    const one = world();
    one.audit('a');
    await one.archiveAll();
    one.fake.deleteBelow({ topic: AUDIT_TOPIC, partition: 0, offset: 2n });
    one.audit('b');
    await one.archiveAll();
    expect(await offsetsOf(one)).toEqual(['0', '2']);
    expect((await one.verify()).faults).toEqual([]);
  });

  test.each([
    {
      reason: 'records that were deleted before they were read',
      harm: async (one: AuditWorld) => {
        one.audit('b', 'c');
        one.fake.deleteBelow({ topic: AUDIT_TOPIC, partition: 0, offset: 3n });
      },
      says: 'Records 2 to 2 of gateway.audit are gone before they were archived.',
    },
    {
      reason: 'a topic that was made again',
      harm: async (one: AuditWorld) => {
        one.fake.deleteTopic(AUDIT_TOPIC);
        one.fake.createTopic(AUDIT_TOPIC);
        one.audit('x', 'y', 'z');
      },
      says: 'is not the one that was archived so far',
    },
    {
      reason: 'an archive whose end was removed',
      harm: async (one: AuditWorld) => {
        const file = await newest(one);
        const lines = readFileSync(file, 'utf8').split('\n');
        writeFileSync(file, `${lines.slice(0, 1).join('\n')}\n`);
      },
      says: 'does not hold what was noted as archived, up to offset 1.',
    },
    {
      reason: 'an archive that is not there any more',
      harm: async (one: AuditWorld) => unlinkSync(await newest(one)),
      says: 'does not hold what was noted as archived, up to offset 1.',
    },
    {
      reason: 'a line that was changed',
      harm: async (one: AuditWorld) => {
        const file = await newest(one);
        writeFileSync(file, readFileSync(file, 'utf8').replace('"offset":"0"', '"offset":"1"'));
      },
      says: 'Line 2 of 000001-2026-11-22.jsonl is no line of the archive: its hash',
    },
    {
      reason: 'offsets that the log lacks in the middle',
      harm: async (one: AuditWorld) => {
        one.audit('b');
        const { bus } = one.fake;
        one.reading({
          reader: async () => {
            const reader = await bus.reader();
            return {
              ...reader,
              fetch: async (positions, limits) =>
                (await reader.fetch(positions, limits)).map((range) => ({ ...range, missing: 2n })),
            };
          },
        });
      },
      says: 'Records 2 to 3 of gateway.audit are gone before they were archived.',
    },
  ])('stops loudly at $reason, and writes nothing', async ({ harm, says }) => {
    const told: string[] = [];
    const error = (fields: object) => void told.push(JSON.stringify(fields));
    const one = world({ log: { ...silentLog, error } });
    one.audit('a');
    await one.archiveAll();
    const complete = one.heads.completeMoves;
    await harm(one);
    const before = await one.bytes();
    const ending = new AbortController();
    const running = (await one.archiver()).run(ending.signal);
    await expect.poll(() => told.length, { timeout: 5_000 }).toBeGreaterThan(0);
    ending.abort();
    await running;
    expect(told.join()).toContain(says);
    expect(await one.bytes()).toEqual(before);
    expect(one.heads.completeMoves).toBe(complete);
  });

  test('cut off at any byte after what was noted, it writes the same records in one chain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 100_000 }), async (cut) => {
        const one = world({ limits: { fileBytesMax: 900 } });
        one.audit('a');
        await one.archiveAll();
        const noted = (await one.bytes()).length;
        const crashed = await one.archiver();
        await crashed.step();
        one.audit('b', '丙', 'd');
        one.heads.failure = new Error('cut off');
        await expect(crashed.step()).rejects.toThrow('cut off');
        one.heads.failure = undefined;
        const file = await newest(one);
        const { size } = statSync(file);
        const isFirst = (await archiveFiles(one.folder)).length === 1;
        const least = isFirst ? noted : 0;
        truncateSync(file, least + (cut % (size - least + 1)));
        await one.archiveAll();
        expect(await offsetsOf(one)).toEqual(['0', '2', '3', '4']);
        expect((await one.verify()).faults).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
