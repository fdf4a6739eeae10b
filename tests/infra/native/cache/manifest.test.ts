import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { compareManifest, writeManifest } from '../../../../infra/native/cache/manifest.ts';
import { scratchFolder } from '../../../support/scratch.ts';

const folder = join(scratchFolder(), 'cache');

beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'kafka'), { recursive: true });
  writeFileSync(join(folder, 'kafka', 'a.jar'), 'aaaa');
  writeFileSync(join(folder, 'b.txt'), 'bb');
  await writeManifest(folder);
});

const quick = () => compareManifest(folder, { contents: false });
const full = () => compareManifest(folder, { contents: true });

describe('compareManifest', () => {
  test('finds nothing in an untouched folder', async () => {
    expect(await quick()).toEqual([]);
    expect(await full()).toEqual([]);
  });

  test('finds a missing file', async () => {
    rmSync(join(folder, 'b.txt'));
    expect(await quick()).toEqual(['b.txt is missing']);
  });

  test('finds a file cut short', async () => {
    writeFileSync(join(folder, 'kafka', 'a.jar'), 'aa');
    expect(await quick()).toEqual(['kafka/a.jar has 2 bytes instead of 4']);
  });

  test('finds a changed content of the same size when asked for contents', async () => {
    writeFileSync(join(folder, 'kafka', 'a.jar'), 'abba');
    expect(await quick()).toEqual([]);
    expect(await full()).toEqual(['kafka/a.jar has another content (SHA-256)']);
  });

  test('tells all differences at once', async () => {
    rmSync(join(folder, 'b.txt'));
    writeFileSync(join(folder, 'kafka', 'a.jar'), '');
    expect(await quick()).toHaveLength(2);
  });

  test('takes a folder without a readable manifest for damaged', async () => {
    writeFileSync(join(folder, 'manifest.json'), '{');
    expect(await quick()).toEqual(['manifest.json is absent or unreadable']);
  });
});
