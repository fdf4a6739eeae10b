import { chmod, readdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openKeyStore } from '../../../bus/pair/key-store.ts';
import { scratchFolder } from '../../support/scratch.ts';

const scratch = scratchFolder();

test('a key is made once, is read back alike and is readable by its owner only', async () => {
  const folder = join(scratch, 'once');
  const store = openKeyStore(folder);
  expect(await store.scopes()).toStrictEqual([]);
  expect(await store.ensureKey('pair.b1.2.0.0')).toBe(true);
  const key = await store.keyFor('pair.b1.2.0.0');
  expect(key).toHaveLength(32);
  expect(await store.ensureKey('pair.b1.2.0.0')).toBe(false);
  expect(await openKeyStore(folder).keyFor('pair.b1.2.0.0')).toStrictEqual(key);
  const [file = '', ...others] = await readdir(folder);
  expect(others).toStrictEqual([]);
  expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('scopes have different keys, whatever their names are made of', async () => {
  const store = openKeyStore(join(scratch, 'scopes'));
  const scopes = ['pair.b1.1.0.0', 'theme./../../etc', 'theme.A', 'theme.a', 'theme.财产税'];
  for (const scope of scopes) await store.ensureKey(scope);
  const keys = await Promise.all(scopes.map((scope) => store.keyFor(scope)));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(scopes.length);
  expect(await store.scopes()).toStrictEqual(scopes);
});

test('of several that make one key at once, one does and all read the same', async () => {
  const folder = join(scratch, 'race');
  const made = await Promise.all(
    Array.from({ length: 20 }, () => openKeyStore(folder).ensureKey('theme.t')),
  );
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(await readdir(folder)).toStrictEqual(['theme.t.key']);
});

test('reading never makes a key', async () => {
  const folder = join(scratch, 'absent');
  const store = openKeyStore(folder);
  await store.ensureKey('theme.t');
  await unlink(join(folder, 'theme.t.key'));
  await expect(store.keyFor('theme.t')).rejects.toMatchObject({ code: 'MASK_KEY_ABSENT' });
  expect(await readdir(folder)).toStrictEqual([]);
});

test('a damaged key or one that others can read is refused, and its text is not quoted', async () => {
  const folder = join(scratch, 'damaged');
  const store = openKeyStore(folder);
  await store.ensureKey('theme.t');
  const file = join(folder, 'theme.t.key');
  await chmod(file, 0o644);
  await expect(store.keyFor('theme.t')).rejects.toMatchObject({ code: 'BUS_SECRET_EXPOSED' });
  await chmod(file, 0o600);
  await writeFile(file, 'abcdef0123\n');
  await expect(store.keyFor('theme.t')).rejects.toMatchObject({ code: 'MASK_KEY_BROKEN' });
  await expect(store.keyFor('theme.t')).rejects.not.toThrow(/abcdef0123/);
});
