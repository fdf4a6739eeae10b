import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { must } from '../../../../bus/base/assert.ts';
import { lockHolder, tryLock } from '../../../../infra/native/process/file-lock.ts';
import { identityOf } from '../../../../infra/native/process/identity.ts';
import { scratchFolder } from '../../../support/scratch.ts';

const folder = scratchFolder();
let files = 0;
const newFile = () => join(folder, `lock-${files++}`, 'supervisor.lock');

describe('tryLock', () => {
  test('gives a lock to one and tells the next who holds it', async () => {
    const file = newFile();
    const first = await tryLock(file);
    expect(first.kind).toBe('taken');
    expect(await tryLock(file)).toEqual({ kind: 'held', holder: identityOf(process.pid) });
    expect(await lockHolder(file)).toEqual(identityOf(process.pid));
  });

  test('gives it again after its release', async () => {
    const file = newFile();
    const first = await tryLock(file);
    if (first.kind === 'taken') await first.lock.release();
    expect(await lockHolder(file)).toBeUndefined();
    expect((await tryLock(file)).kind).toBe('taken');
  });

  test('names the holder by whatever path it is asked', async () => {
    const file = newFile();
    await tryLock(file);
    expect(await lockHolder(join(file, '..', '.', 'supervisor.lock'))).toBeDefined();
  });

  test('is free again at once when its holder is killed', async () => {
    const file = newFile();
    const helper = join(import.meta.dirname, 'lock-child.ts');
    const child = spawn(process.execPath, [helper, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(must(child.stdout, 'stdout'), 'data');
    const holder = must(identityOf(must(child.pid, 'a pid')), 'a running child');
    expect(await tryLock(file)).toEqual({ kind: 'held', holder });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await lockHolder(file)).toBeUndefined();
    expect((await tryLock(file)).kind).toBe('taken');
  });

  test('is not held by whoever an old file names', async () => {
    const file = newFile();
    mkdirSync(join(file, '..'));
    writeFileSync(file, JSON.stringify(identityOf(process.pid)));
    expect(await lockHolder(file)).toBeUndefined();
    expect((await tryLock(file)).kind).toBe('taken');
  });

  test('goes to exactly one of many that want it at once, over what a crash left', async () => {
    const file = newFile();
    mkdirSync(join(file, '..'));
    for (let round = 0; round < 20; round++) {
      writeFileSync(file, 'half a na');
      const answers = await Promise.all(Array.from({ length: 8 }, () => tryLock(file)));
      const taken = answers.filter((answer) => answer.kind === 'taken');
      expect(taken).toHaveLength(1);
      for (const answer of taken) await answer.lock.release();
    }
    expect(readdirSync(join(file, '..'))).toEqual([]);
  });
});
