import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../bus/base/random.ts';
import { waitFor } from '../../bus/base/retry.ts';
import { testStack } from '../support/env.ts';
import { realPairs } from '../support/pair/real-pair.ts';
import { subscriberOf } from '../support/pair/subscriber-place.ts';
import { scratchFolder } from '../support/scratch.ts';
import { civicbus } from './run-command.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const stack = await testStack('clisub');
const folder = scratchFolder();
const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
const newPair = await realPairs(stack, () => randomUUID());

test.each(['subscribers', 'registers'] as const)(
  'a subscriber with its own rights only, on %s: copies, ends when asked, goes on where it was, purges',
  async (role) => {
    const pair = await newPair(2);
    const { file, rows } = await subscriberOf(pair, { stack, folder, role });
    for (let n = 0; n < 20; n++) pair.feed.truth.set(`k${n}`, [`k${n}`, 'x', n]);
    pair.feed.backfill();
    await pair.flush();
    const asked = new AbortController();
    const interrupts = { graceful: () => asked.signal, cause: 'SIGTERM' } as const;
    const statusFile = join(folder, `${role}.status`);
    const args = ['run', 'subscriber', '--config', file, '--agreement', pair.agreementId];
    const first = civicbus([...args, '--status-file', statusFile], { interrupts });
    await expect
      .poll(async () => (await rows().catch(() => new Map())).size, { timeout: PATIENCE_MS })
      .toBe(20);
    await expect
      .poll(async () => JSON.parse(await readFile(statusFile, 'utf8')) as object, {
        timeout: PATIENCE_MS,
      })
      .toMatchObject({ figures: { rowsInCopy: 20, faults: 0, refused: 0 } });
    asked.abort();
    expect((await first).exit).toBe(0);

    pair.feed.change('k1', null);
    pair.feed.over();
    await pair.flush();
    expect((await civicbus(args)).exit).toBe(0);
    expect((await rows()).size).toBe(0);
    // Once more: there is nothing to do and nothing to say.
    expect((await civicbus(args)).exit).toBe(0);
  },
);

test('a file of another agreement is refused before anything is opened', async () => {
  const pair = await newPair(1);
  const { file } = await subscriberOf(pair, { stack, folder, role: 'subscribers' });
  const { exit, stderr } = await civicbus([
    'run',
    'subscriber',
    '--config',
    file,
    '--agreement',
    'other',
  ]);
  expect(exit).toBe(6);
  expect(stderr).toContain(`The configuration is of agreement ${pair.agreementId}`);
});

test('a process that is killed again and again, anywhere in copies and changes, ends with what was sent', async () => {
  const pair = await newPair(2);
  const { file, rows, own } = await subscriberOf(pair, { stack, folder, role: 'subscribers' });
  const random = seededRandom(5);
  const { feed } = pair;
  for (let round = 0; round < 4; round++) {
    for (let n = 0; n < 6_000; n++)
      if (random.chance(0.8)) feed.truth.set(`k${n}`, [`k${n}`, `round ${round}`, n]);
      else feed.truth.delete(`k${n}`);
    feed.backfill({ isCutOff: round === 1 });
    for (let n = 0; n < 2_000; n++) {
      const key = `k${random.int(0, 6_000)}`;
      feed.change(key, random.chance(0.3) ? null : [key, `changed in ${round}`, n]);
    }
  }
  await pair.flush();
  const total = Number(feed.end(0) + feed.end(1));
  const kills = Array.from({ length: 6 }, () => random.int(1, total - 1)).toSorted((a, b) => a - b);
  const progress = async (): Promise<number> => {
    const found = await own.query<{ read: number | string | null }>(
      'SELECT SUM(next_offset) AS "read" FROM civicbus_pair_progress',
    );
    return Number(found[0]?.read ?? 0);
  };
  let process_: ChildProcess | undefined;
  stack.atEnd(() => process_?.kill('SIGKILL'));
  for (const at of [...kills, total]) {
    process_ = spawn(
      process.execPath,
      [MAIN, 'run', 'subscriber', '--config', file, '--session-timeout', '6'],
      { stdio: 'ignore' },
    );
    await waitFor(async () => (await progress()) >= at, {
      what: `${at} of ${total} records`,
      timeoutMs: PATIENCE_MS,
      intervalMs: 20,
    });
    process_.kill('SIGKILL');
    await once(process_, 'exit');
  }

  expect(await rows()).toEqual(
    new Map([...feed.truth].map(([k, [id, name, points]]) => [k, { id, name, points }])),
  );
}, 400_000);
