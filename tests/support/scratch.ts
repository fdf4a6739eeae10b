/** A folder that is there for one test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'civicbus-scratch-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
