import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemLine } from '../../../bus/base/errors.ts';
import { parseYaml } from '../../../bus/base/document.ts';

const schema = z.strictObject({
  name: z.string(),
  tables: z.array(z.strictObject({ key: z.string() })),
});
const problemsOf = (content: string) =>
  parseYaml({ file: 'x.yaml', content, schema }).problems.map(problemLine);

describe('parseYaml', () => {
  test('gives the value of a good file', () => {
    const { value, problems } = parseYaml({
      file: 'x.yaml',
      content: 'name: a\ntables: []\n',
      schema,
    });
    expect({ value, problems }).toEqual({ value: { name: 'a', tables: [] }, problems: [] });
  });

  test('names line and path of every fault at once', () => {
    const lines = problemsOf('name: 1\ntables:\n  - key: 2\n    colour: red\n');
    expect(lines).toHaveLength(3);
    expect(lines.some((line) => line.startsWith('x.yaml:1: name: '))).toBe(true);
    expect(lines.some((line) => line.startsWith('x.yaml:3: tables[0].key: '))).toBe(true);
    expect(lines.some((line) => line.startsWith('x.yaml:4: tables[0].colour: '))).toBe(true);
  });

  test('refuses aliases that would grow beyond all measure', () => {
    const grow = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(12).fill(`*a${i}`).join(', ')}]`,
    );
    expect(problemsOf(`a0: &a0 [x]\n${grow.join('\n')}\n`)).toHaveLength(1);
  });
});

describe('strict parseYaml', () => {
  const strictProblems = (content: string) =>
    parseYaml({ file: 'x.yaml', content, schema, strict: { quoted: ['name'] } }).problems.map(
      problemLine,
    );

  test.each([
    ["name: '1.10'\ntables: []\n", 0, 'quoted'],
    ['name: "a"\ntables: []\n', 0, 'quoted twice'],
    ['name: 1.10.0\ntables: []\n', 1, 'a version that is not quoted'],
    ['name: "a"\ntables: &all []\n', 1, 'an anchor'],
    ['name: &n "a"\ntables: [{key: *n}]\n', 2, 'an anchor and its alias'],
    ['name: !!str "a"\ntables: []\n', 1, 'a tag'],
    ['name: "e\u0301"\ntables: []\n', 1, 'text that is not composed'],
    [String.raw`name: "e\u0301"` + '\ntables: []\n', 1, 'the same, written as an escape'],
    ['name: "a\u202eb"\ntables: []\n', 1, 'text that turns its direction unseen'],
    [String.raw`name: "a\u200bb"` + '\ntables: []\n', 1, 'a space without width, as an escape'],
    [String.raw`name: "a\u0000b"` + '\ntables: []\n', 1, 'a control, as an escape'],
    ['name: "公安局 é"\ntables: []\n', 0, 'composed text of any language'],
    ['name: "a"\ntables: [{key: 9007199254740993}]\n', 2, 'a number that is not kept'],
    ['name: "a"\ntables: []\n7: "b"\n', 2, 'a key that is a number'],
    ['name: "a"\ntables: []\n__proto__: "b"\n', 2, 'a key that objects have anyway'],
    ['name: "a"\nname: "b"\ntables: []\n', 1, 'a key twice'],
    ['name: 1\ntables: 2\n', 3, 'everything at once'],
  ])('%j has %d problem(s): %s', (content, count) => {
    expect(strictProblems(content)).toHaveLength(count);
  });

  test('names the line', () => {
    expect(strictProblems('tables: []\nname: 1.10.0\n')).toEqual([
      'x.yaml:2: The value of "name" must stand in quotes. Write "1.10.0".',
    ]);
  });
});
