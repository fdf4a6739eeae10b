/**
 * The channel of notices, compiled from its source against the jars that it runs with. Its cases
 * are Java too (PositionedNotificationChannelCheck.java); each is told here as a test of its own.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { cacheRoot } from '../../../../cli/stack/home.ts';
import { ensureCache } from '../../../../infra/native/cache/cache.ts';
import { OWN_JARS } from '../../../../infra/native/cache/coordinates.ts';
import { scratchFolder } from '../../../support/scratch.ts';
import { runCases } from './java-cases.ts';

const classes = scratchFolder();
let told: readonly string[] = [];

beforeAll(async () => {
  const check = 'PositionedNotificationChannelCheck';
  told = await runCases(OWN_JARS.notices, { check, classes });
});

test.each([
  ['left-out', 'a notice without a place in a log is left out'],
  ['debezium-stores-it', 'Debezium’s own channel hands on an empty position'],
  ['as-debezium', 'a notice with a place is the one that Debezium’s own channel writes'],
  ['without-offsets', 'a notice that belongs to no source is left out'],
  ['loaded', 'Debezium finds the channel by its name'],
])('%s: %s', (name) => {
  expect(told).toContain(`ok ${name}`);
});

test('every case that is there was asked for', () => {
  expect(told).toHaveLength(5);
});

test('both engines’ connectors load the same jar', async () => {
  const { plugins } = await ensureCache(cacheRoot(), { onStep: () => undefined });
  const { jar, plugins: loading } = OWN_JARS.notices;
  const [first, second] = await Promise.all(
    loading.map((plugin) => readFile(join(plugins, plugin, jar))),
  );
  expect(first!.equals(second!)).toBe(true);
});
