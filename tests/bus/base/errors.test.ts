import { describe, expect, test } from 'vitest';
import { assert, must, unreachable } from '../../../bus/base/assert.ts';
import {
  BusError,
  isBusError,
  messageOf,
  problemLine,
  ProblemsError,
  reactionTo,
} from '../../../bus/base/errors.ts';

describe('BusError', () => {
  test('carries code, reaction, details, cause, and texts filled from the details', () => {
    const cause = new Error('why');
    const error = new BusError('BUS_FILE_UNREADABLE', { file: 'a.yaml', why: 'gone' }, cause);

    expect(error).toMatchObject({
      name: 'BusError',
      code: 'BUS_FILE_UNREADABLE',
      reaction: 'fix-input',
      message: 'Cannot read a.yaml: gone.',
      details: { file: 'a.yaml', why: 'gone' },
      cause,
    });
    expect(error.remedy).toContain('Check the path');
  });

  test('without a cause has none', () => {
    expect('cause' in new BusError('BUS_ABORTED')).toBe(false);
  });

  test.each([
    ['<b>&"', 'markup is shown as it is'],
    ['{{ms}}', 'a value that looks like a place is no place'],
    ['$t(BUS_BUG)', 'nor a reference to another text'],
  ])('a value %j comes through as it is (%s)', (what) => {
    const error = new BusError('BUS_TIMEOUT', { ms: 5, what, seen: 'x' });
    expect(error.message).toBe(`Waited 5 ms for ${what}; last seen: x.`);
  });

  test('a detail that looks like an option of the catalogue changes no text', () => {
    const details = { count: 1, context: 'x', where: 'f', lng: 'zh-Hans', defaultValue: 'y' };
    expect(new BusError('BUS_PROBLEMS', details).message).toBe(
      '1 problem(s) in f; nothing was changed.',
    );
  });
});

describe('what callers ask of an error', () => {
  const ours = new BusError('SQL_DEADLOCK', { errno: 1213 });

  test('is it ours, and one of these', () => {
    expect(isBusError(ours)).toBe(true);
    expect(isBusError(ours, 'SQL_DEADLOCK', 'SQL_LOCK_TIMEOUT')).toBe(true);
    expect(isBusError(ours, 'SQL_LOCK_TIMEOUT')).toBe(false);
    expect(isBusError(new Error('SQL_DEADLOCK'))).toBe(false);
  });

  test('what it calls for: anything that is not ours is a bug', () => {
    expect(reactionTo(ours)).toBe('retry');
    for (const other of [new TypeError('x'), 'text', undefined, { code: 'SQL_DEADLOCK' }])
      expect(reactionTo(other)).toBe('bug');
  });

  test('a line of text, whatever was thrown', () => {
    expect(messageOf(new Error('a'))).toBe('a');
    expect(messageOf('b')).toBe('b');
    expect(messageOf(undefined)).toBe('undefined');
  });
});

describe('problems', () => {
  test('all of them are kept, and counted in the message', () => {
    const problems = [{ message: 'One.' }, { message: 'Two.' }];
    const error = new ProblemsError('view.yaml', problems);
    expect(error.problems).toEqual(problems);
    expect(error.message).toContain('2 problem(s) in view.yaml');
    expect(error.code).toBe('BUS_PROBLEMS');
  });

  test.each([
    [{ message: 'Bad.' }, 'Bad.'],
    [{ file: 'f', message: 'Bad.' }, 'f: Bad.'],
    [{ path: 'a[0].b', message: 'Bad.' }, 'a[0].b: Bad.'],
    [{ file: 'f', path: 'a', message: 'Bad.', remedy: 'Mend it.' }, 'f: a: Bad. Mend it.'],
  ])('%j reads %j', (problem, line) => {
    expect(problemLine(problem)).toBe(line);
  });
});

describe('assertions', () => {
  test('throw BUS_BUG, and let through what holds', () => {
    expect(() => assert(true, 'x')).not.toThrow();
    expect(() => assert(0, () => 'a count')).toThrow('This should not happen: a count');
    expect(must(0, 'x')).toBe(0);
    expect(must('', 'x')).toBe('');
    for (const nothing of [null, undefined]) expect(() => must(nothing, 'y')).toThrow(BusError);
    expect(() => unreachable('x' as never)).toThrow('unexpected case "x"');
  });

  test('do not build their text when they hold', () => {
    assert(true, () => {
      throw new Error('built');
    });
  });
});
