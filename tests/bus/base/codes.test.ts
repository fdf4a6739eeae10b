import { readFile, glob } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT, type CodeEntry } from '../../../bus/base/codes/code.ts';
import { CODES } from '../../../bus/base/codes.ts';
import { BusError, entryOf, type ErrorCode } from '../../../bus/base/errors.ts';
import { text } from '../../../bus/base/text.ts';

const ROOT = join(import.meta.dirname, '../../..');
const all = Object.entries<CodeEntry>(CODES);

/** The names between {{ }} of a text. */
function placeholders(of: string): string[] {
  return [...of.matchAll(/\{\{(.*?)\}\}/g)].map(([, name = '']) => name);
}

test.each(all)(
  '%s has the form of every code and says what is wrong, why, and what to do',
  (code, entry) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
    expect(['fix-input', 'retry', 'stop', 'bug']).toContain(entry.reaction);
    expect(Object.keys(EXIT)).toContain(entry.exit);
    for (const part of [entry.message, entry.cause]) {
      expect(part).toMatch(/^(["A-Z{0-9]|kafkajs )/);
      expect(part).toMatch(/[.}…]$/);
    }
    expect(entry.remedy.trim().length).toBeGreaterThan(5);
    for (const part of [entry.message, entry.cause, entry.remedy]) {
      expect(part).not.toMatch(/ {2}|\bTODO\b/);
      for (const name of placeholders(part)) expect(name).toMatch(/^[a-z][A-Za-z]*$/);
    }
  },
);

describe('the table of codes', () => {
  test('belongs to areas that do not take each other’s codes', async () => {
    const names: string[] = [];
    for await (const file of glob('bus/base/codes/*-codes.ts', { cwd: ROOT })) {
      const source = await readFile(join(ROOT, file), 'utf8');
      for (const [, name = ''] of source.matchAll(/^ {2}([A-Z_]+): \{/gm)) names.push(name);
    }
    expect(names.toSorted()).toEqual(Object.keys(CODES).toSorted());
  });

  test('holds only codes that something throws, and everything that is thrown', async () => {
    const sources = await allSources();
    const used = (code: string): boolean => sources.includes(`'${code}'`);
    expect(Object.keys(CODES).filter((code) => !used(code))).toEqual([]);
    const thrown = [...sources.matchAll(/new BusError\(\s*'([A-Z_]+)'/g)].map(([, c = '']) => c);
    expect([...new Set(thrown)].filter((code) => !(code in CODES))).toEqual([]);
  });

  test('names no detail that is not given where its error is thrown', async () => {
    const thrown = thrownWithDetails(await allSources());
    expect(thrown.length).toBeGreaterThan(50);
    const missing = thrown.flatMap(({ code, details }) => {
      const { message, cause, remedy } = entryOf(code);
      const wanted = new Set([message, cause, remedy].flatMap(placeholders));
      return [...wanted]
        .filter((name) => !new RegExp(`\\b${name}\\b`).test(details))
        .map((name) => `${code} without ${name}: ${details}`);
    });
    expect(missing).toEqual([]);
  });

  test('is complete in the catalogue of texts', () => {
    for (const [code, entry] of all) {
      expect(text(`${code}.cause`)).toBe(text(entry.cause));
      expect(text(`${code}.remedy`)).not.toBe(`${code}.remedy`);
    }
  });
});

test.each(all.map(([code]) => code as ErrorCode))(
  'an error of %s fills every place of its message',
  (code) => {
    const { message, reaction } = entryOf(code);
    const details = Object.fromEntries(placeholders(message).map((name) => [name, `<${name}>`]));
    const error = new BusError(code, details);

    expect(error.message).not.toContain('{{');
    for (const name of placeholders(message)) expect(error.message).toContain(`<${name}>`);
    expect(error.reaction).toBe(reaction);
  },
);

/** Everything that may throw: all sources but the tables of codes. */
async function allSources(): Promise<string> {
  const parts: string[] = [];
  const folders = '{bench,bus,cli,connectors,consumers,infra,producers}/**/*.{ts,mjs}';
  for await (const file of glob(folders, { cwd: ROOT })) {
    if (!file.includes('base/codes')) parts.push(await readFile(join(ROOT, file), 'utf8'));
  }
  return parts.join('\n');
}

/** Every error thrown with its details written out; those that spread others are left out. */
function thrownWithDetails(
  sources: string,
): { readonly code: ErrorCode; readonly details: string }[] {
  const thrown = /new BusError\(\s*'([A-Z_]+)'(?:,\s*(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})|\))/g;
  return [...sources.matchAll(thrown)].flatMap(([, code = '', details = '']) =>
    code in CODES && !details.includes('...') ? [{ code: code as ErrorCode, details }] : [],
  );
}
