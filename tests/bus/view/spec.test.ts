import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const spec = await readFile(join(ROOT, 'bus/view/SPEC.md'), 'utf8');

type Named = { readonly file: string; readonly name: string };

/** What SPEC.md names as proof: "`file › test`", "`› test`" of the file before it, or "`file`". */
function namedTests(): Named[] {
  let file = '';
  return [...spec.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) => {
    const [place = '', name = ''] = text.split(' › ').map((part) => part.trim());
    if (text.startsWith('› ')) return [{ file, name: text.slice(2) }];
    if (!/\.test\.ts$|^tests\/support\/contracts\/.*\.ts$/.test(place)) return [];
    file = place;
    return [{ file, name }];
  });
}

function pathOf(file: string): string {
  const folder = file.startsWith('tests/') ? ROOT : join(ROOT, 'tests/bus/view/apply');
  return join(folder, file);
}

test('names enough tests to be worth reading', () => {
  expect(namedTests().length).toBeGreaterThan(30);
  for (const invariant of ['I1', 'I2', 'I3', 'I4', 'I5', 'I6'])
    expect(spec).toMatch(new RegExp(`\\*\\*${invariant}\\. .*\\*\\*\\s+Held by: .*\\s+Test: `));
});

test.each(namedTests())('the test that SPEC.md names is there: $file › $name', async (named) => {
  const source = await readFile(pathOf(named.file), 'utf8');
  for (const part of named.name.split('…')) expect(source).toContain(part.trim());
});
