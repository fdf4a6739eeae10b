import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isBusError, ProblemsError, problemLine } from '../../bus/base/errors.ts';
import { findViewFiles, loadView, VIEWS_FOLDER } from '../../consumers/view-files.ts';

const folder = await mkdtemp(join(tmpdir(), 'view-files-'));
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

describe('findViewFiles', () => {
  test('finds the views that come with civicbus', async () => {
    expect(await findViewFiles(VIEWS_FOLDER)).toContain(join(VIEWS_FOLDER, 'population/view.yaml'));
  });

  test('finds every view.yaml below a folder, sorted, and nothing else', async () => {
    const b = await file('many/b/view.yaml', '');
    const a = await file('many/a/deep/view.yaml', '');
    await file('many/a/other.yaml', '');
    expect(await findViewFiles(join(folder, 'many'))).toEqual([a, b]);
  });

  test('takes a file as it is, whatever its name', async () => {
    const named = await file('my-view.yml', '');
    expect(await findViewFiles(named)).toEqual([named]);
  });

  test('an absent path is an error that names it', async () => {
    const error = await findViewFiles(join(folder, 'absent')).catch((e: unknown) => e);
    expect(isBusError(error, 'BUS_FILE_UNREADABLE')).toBe(true);
    expect(String(error)).toContain('absent');
  });
});

describe('loadView', () => {
  test('every view that comes with civicbus is a good one', async () => {
    const files = await findViewFiles(VIEWS_FOLDER);
    const views = await Promise.all(files.map(loadView));
    expect(views.map(({ name }) => name)).toContain('population');
  });

  test('YAML that cannot be read names file and line of each fault', async () => {
    const path = await file('broken.yaml', 'name: a\nname: b\nentity: {\n  key: [1\nblocks: "\n');
    const error = await loadView(path).catch((e: unknown) => e);

    expect(error).toBeInstanceOf(ProblemsError);
    const lines = (error as ProblemsError).problems.map(problemLine);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines[0]).toMatch(/broken\.yaml:2: .*unique/);
    expect(lines.every((line) => /broken\.yaml:\d+: \S/.test(line))).toBe(true);
  });

  test('a declaration with faults names file and path of each', async () => {
    const path = await file('faulty.yaml', 'apiVersion: civicbus/v1\nkind: View\nname: A B\n');
    const error = await loadView(path).catch((e: unknown) => e);

    const lines = (error as ProblemsError).problems.map(problemLine);
    expect(lines.map((line) => line.split(': ').slice(0, 2))).toEqual([
      [`${path}:3`, 'name'],
      [`${path}:1`, 'database'],
      [`${path}:1`, 'entity'],
      [`${path}:1`, 'blocks'],
    ]);
  });

  test('a fault of meaning names its line too', async () => {
    const good = await readFile(join(VIEWS_FOLDER, 'population/view.yaml'), 'utf8');
    const path = await file(
      'meaning.yaml',
      good.replace('visibleBy: identity', 'visibleBy: nobody'),
    );
    const error = await loadView(path).catch((e: unknown) => e);

    const line = good.split('\n').findIndex((text) => text.includes('visibleBy:')) + 1;
    expect((error as ProblemsError).problems).toMatchObject([
      { file: `${path}:${line}`, path: 'entity.visibleBy' },
    ]);
  });

  test.each([
    ['an empty file', ''],
    ['text', 'just text'],
    ['a list', '- 1\n- 2\n'],
  ])('%s is no view', async (name, content) => {
    const path = await file(`${name.replaceAll(' ', '-')}.yaml`, content);
    await expect(loadView(path)).rejects.toThrow(ProblemsError);
  });

  test('aliases that grow without bound are refused', async () => {
    const grow = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(12).fill(`*a${i}`).join(', ')}]`,
    );
    const path = await file('bomb.yaml', `a0: &a0 [x]\n${grow.join('\n')}\n`);
    const error = await loadView(path).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ProblemsError);
  });

  test('a folder instead of a file, and an absent file, are errors that say so', async () => {
    for (const path of [folder, join(folder, 'absent.yaml')]) {
      const error = await loadView(path).catch((e: unknown) => e);
      expect(isBusError(error, 'BUS_FILE_UNREADABLE')).toBe(true);
    }
  });
});
