import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { newSecret, readSecretFile, writeSecretFile } from '../../../bus/base/secrets.ts';

const folder = await mkdtemp(join(tmpdir(), 'secrets-'));
afterAll(() => rm(folder, { recursive: true }));

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

test('new secrets are long, differ, and need no quoting anywhere', () => {
  const secrets = Array.from({ length: 100 }, newSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

describe('a secret file', () => {
  test('is written for its owner only, in folders for its owner only, and read back', async () => {
    const file = join(folder, 'new/deep/password');
    await writeSecretFile(file, 'geheim');

    expect(await modeOf(file)).toBe('600');
    expect(await modeOf(join(folder, 'new'))).toBe('700');
    expect(await readSecretFile(file)).toBe('geheim');
  });

  test('that was open before is closed when it is written again', async () => {
    const file = join(folder, 'open');
    await writeFile(file, 'old', { mode: 0o644 });
    await chmod(file, 0o644);
    await writeSecretFile(file, 'new');

    expect(await modeOf(file)).toBe('600');
    expect(await readFile(file, 'utf8')).toBe('new');
  });

  test.each([
    ['geheim\n', 'geheim', 'an editor’s line end'],
    ['geheim\r\n\n', 'geheim', 'several'],
    [' ge heim ', ' ge heim ', 'spaces belong to it'],
    ['', '', 'an empty one'],
  ])('holding %j is read as %j (%s)', async (content, secret) => {
    const file = join(folder, 'content');
    await writeSecretFile(file, content);
    expect(await readSecretFile(file)).toBe(secret);
  });

  test.each([
    [0o644, '0644'],
    [0o640, '0640'],
    [0o602, '0602'],
    [0o601, '0601'],
  ])('of mode %i is refused, and the mode is named', async (mode, named) => {
    const file = join(folder, 'exposed');
    await writeSecretFile(file, 'geheim');
    await chmod(file, mode);
    const error: unknown = await readSecretFile(file).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'BUS_SECRET_EXPOSED' });
    expect(String(error)).toContain(named);
    expect(String(error)).not.toContain('geheim');
  });

  test.each([0o600, 0o400])('of mode %i is read', async (mode) => {
    const file = join(folder, 'closed');
    await writeSecretFile(file, 'geheim');
    await chmod(file, mode);
    expect(await readSecretFile(file)).toBe('geheim');
    await chmod(file, 0o600);
  });

  test('that is absent is an error that names it', async () => {
    const file = join(folder, 'absent');
    await expect(readSecretFile(file)).rejects.toMatchObject({
      code: 'BUS_FILE_UNREADABLE',
      message: expect.stringContaining(file),
    });
  });
});
