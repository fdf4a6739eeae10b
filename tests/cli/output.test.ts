/** What a command prints: one JSON object, or a table that stays straight. */
import { describe, expect, test } from 'vitest';
import { BusError, ProblemsError } from '../../bus/base/errors.ts';
import { failureJson, failureOf, failureText } from '../../cli/failure.ts';
import { createOutput } from '../../cli/output/output.ts';
import { brokenFirst, paintsOf, worstHealth } from '../../cli/output/paint.ts';
import { renderTable } from '../../cli/output/table.ts';
import { age, count, firstLine } from '../../cli/output/words.ts';

function recorded(json: boolean, quiet = false) {
  const written = { out: '', err: '' };
  const streams = {
    out: (text: string) => void (written.out += text),
    err: (text: string) => void (written.err += text),
  };
  return { written, output: createOutput({ streams, json, quiet, color: false }) };
}

const plain = paintsOf(false);
const table = { columns: ['A', 'B'], rows: [['x', 1]] as const, empty: 'none' };

describe('output', () => {
  test('JSON is one object with apiVersion, kind, items and warnings; offsets are text', () => {
    const { written, output } = recorded(true);
    const items = [{ offset: 9_007_199_254_740_993n, none: undefined }];
    output.hint('a hint');
    output.warn('earlier');
    output.list({ kind: 'ThingList', items, table, warnings: ['beware'] });
    expect(JSON.parse(written.out)).toEqual({
      apiVersion: 'civicbus/v1',
      kind: 'ThingList',
      items: [{ offset: '9007199254740993' }],
      warnings: ['earlier', 'beware'],
    });
    expect(written.err).toBe('');
  });

  test('a table goes to standard output, warnings and hints to standard error', () => {
    const { written, output } = recorded(false);
    output.list({ kind: 'ThingList', items: [], table, warnings: ['beware'] });
    output.hint('next: something');
    expect(written).toEqual({ out: 'A   B\nx   1\n', err: '! beware\nnext: something\n' });
  });

  test('--quiet leaves out hints, never warnings', () => {
    const { written, output } = recorded(false, true);
    output.hint('next: something');
    output.warn('beware');
    expect(written.err).toBe('! beware\n');
  });
});

describe('tables', () => {
  test('columns stay straight beside Chinese text, rare characters and colours', () => {
    const rows = [
      [{ text: '社保-cdc', health: 'bad' as const }, '人社局', 'FAILED'],
      ['pop-register', '公安局', 'RUNNING'],
      ['𠮷田', 'x', 'RUNNING'],
    ];
    const view = { columns: ['NAME', 'DEPT', 'STATE'], rows, empty: '' };
    expect(renderTable(view, plain)).toBe(
      [
        'NAME           DEPT     STATE',
        '社保-cdc       人社局   FAILED',
        'pop-register   公安局   RUNNING',
        '𠮷田           x        RUNNING',
      ].join('\n'),
    );
    const colored = renderTable(view, paintsOf(true));
    expect(colored).toContain('\u001b[');
    // oxlint-disable-next-line no-control-regex
    expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(renderTable(view, plain));
  });

  test('numbers are aligned to the right when asked', () => {
    const columns = ['A', { title: 'COUNT', align: 'right' as const }];
    const rows = [
      ['x', '1'],
      ['y', '18,204'],
    ];
    expect(renderTable({ columns, rows, empty: '' }, plain).split('\n')).toEqual([
      'A    COUNT',
      'x        1',
      'y   18,204',
    ]);
  });

  test('an empty table says why it is empty', () => {
    expect(renderTable({ columns: ['A'], rows: [], empty: 'No connector yet.' }, plain)).toBe(
      'No connector yet.',
    );
  });

  test('broken things come first, then by name', () => {
    const items = [
      { name: 'b', health: 'good' as const },
      { name: 'c', health: 'bad' as const },
      { name: 'a', health: 'good' as const },
      { name: 'd', health: 'unknown' as const },
    ];
    expect(brokenFirst(items, (item) => item).map(({ name }) => name)).toEqual([
      'c',
      'd',
      'a',
      'b',
    ]);
    expect(worstHealth(['good', 'unknown', 'attention'])).toBe('unknown');
    expect(worstHealth([])).toBe('good');
  });
});

describe('figures', () => {
  test.each([
    [-5, '0.0s'],
    [400, '0.4s'],
    [9_999, '10.0s'],
    [12_000, '12s'],
    [192_000, '3m 12s'],
    [7_500_000, '2h 05m'],
    [356_400_000, '4d 3h'],
  ])('%i ms read %s', (ms, words) => {
    expect(age(ms)).toBe(words);
  });

  test('counts are grouped and long texts cut', () => {
    expect(count(18_204)).toBe('18,204');
    expect(count(9_007_199_254_740_993n)).toBe('9,007,199,254,740,993');
    expect(firstLine('one\ntwo')).toBe('one');
    expect(firstLine('abcdef', 4)).toBe('abc…');
  });
});

describe('failures', () => {
  test.each([
    { error: new BusError('STACK_NOT_RUNNING', { home: 'h' }), exit: 7, code: 'STACK_NOT_RUNNING' },
    { error: new BusError('BUS_ABORTED'), exit: 130, code: 'BUS_ABORTED' },
    { error: new ProblemsError('f', [{ message: 'm' }]), exit: 6, code: 'BUS_PROBLEMS' },
    { error: new TypeError('x is not a function'), exit: 1, code: 'BUS_BUG' },
    { error: 'thrown text', exit: 1, code: 'BUS_BUG' },
  ])('$code ends with $exit', ({ error, exit, code }) => {
    expect(failureOf(error)).toMatchObject({ exitCode: exit, code });
  });

  test('problems are listed one per line, and whole in JSON', () => {
    const problems = [
      { file: 'a.yaml:3', path: 'tables[0].key', message: 'First.', remedy: 'Do this.' },
      { file: 'b.yaml', message: 'Second.' },
    ];
    const failure = failureOf(new ProblemsError('two files', problems));
    expect(failureText(failure, plain)).toContain('  a.yaml:3: tables[0].key: First. Do this.\n');
    expect(JSON.parse(failureJson(failure))).toMatchObject({
      error: { code: 'BUS_PROBLEMS', problems },
    });
  });
});
