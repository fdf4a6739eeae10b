import { afterEach, describe, expect, test } from 'vitest';
import { BusError } from '../../../bus/base/errors.ts';
import { addTexts, text, useLanguage } from '../../../bus/base/text.ts';

afterEach(() => useLanguage('en'));

describe('text', () => {
  test('fills its places from values, and shows a key that nobody has', () => {
    addTexts('en', { 'test.greeting': 'Good morning, {{name}}' });
    expect(text('test.greeting', { name: 'O’Neil <b>' })).toBe('Good morning, O’Neil <b>');
    expect(text('test.nothing')).toBe('test.nothing');
  });

  test('dots and colons in a key mean nothing', () => {
    addTexts('en', { 'test.a:b.c': 'found' });
    expect(text('test.a:b.c')).toBe('found');
  });

  test('another language is another table; what it lacks is English', () => {
    addTexts('en', { 'test.both': 'both', 'test.english': 'only English' });
    addTexts('zh-Hans', { 'test.both': '两者', BUS_ABORTED: '已按请求停止。' });
    useLanguage('zh-Hans');

    expect(text('test.both')).toBe('两者');
    expect(text('test.english')).toBe('only English');
    expect(new BusError('BUS_ABORTED').message).toBe('已按请求停止。');
    expect(new BusError('BUS_ABORTED').remedy).toContain('Start it again');
  });

  test('tables of several parts are joined', () => {
    addTexts('en', { 'test.one': '1' });
    addTexts('en', { 'test.two': '2' });
    expect([text('test.one'), text('test.two')]).toEqual(['1', '2']);
  });
});
