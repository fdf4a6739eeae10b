/** `<home>/live.json`: says that the process named in it has brought its city up. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from '../../infra/native/files.ts';

const schema = z.object({ pid: z.number() });
const fileOf = (home: string) => join(home, 'live.json');

export async function markLive(home: string): Promise<void> {
  await writeJson(fileOf(home), { pid: process.pid });
}

export async function clearMark(home: string): Promise<void> {
  await rm(fileOf(home), { force: true });
}

/** The pid that brought the city in `home` up; it may have ended since. */
export async function liveMark(home: string): Promise<number | undefined> {
  return schema.safeParse(await readJson(fileOf(home))).data?.pid;
}
