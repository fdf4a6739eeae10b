import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { EXIT } from '../../../bus/base/codes/code.ts';
import { BusError, entryOf } from '../../../bus/base/errors.ts';
import { checkDiskSpace } from '../../../infra/native/disk.ts';

test('room enough is no matter', async () => {
  await expect(checkDiskSpace(tmpdir(), 1)).resolves.toBeUndefined();
});

test('too little room is refused with the folder, what is free and what is needed', async () => {
  const needed = 2 ** 60;
  const error = await checkDiskSpace(tmpdir(), needed).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(BusError);
  const { code, message, remedy } = error as BusError;
  expect(code).toBe('STACK_DISK_FULL');
  expect(message).toContain(tmpdir());
  expect(message).toContain(String(needed / 1024 / 1024));
  expect(remedy).not.toBe('');
  expect(EXIT[entryOf(code).exit]).toBeGreaterThan(0);
});
