import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemLine } from '../../../bus/base/errors.ts';
import { parseYaml } from '../../../bus/plan/document.ts';

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
