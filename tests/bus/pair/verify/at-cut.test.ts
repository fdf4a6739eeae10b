/** Whether the topic can still tell what the hub held at a cut. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../../../bus/base/clock.ts';
import type { HubMoments } from '../../../../bus/pair/gateway/hub-moment.ts';
import { momentsAtCut } from '../../../../bus/pair/verify/at-cut.ts';
import { smallView } from '../../../connectors/hub/captured-hub.ts';
import { dailyPersons } from '../../../support/pair/daily-persons.ts';

const DAY_MS = 86_400_000;
const pair = dailyPersons(smallView('small'), 'at-cut');
const { topic } = pair.resource;
const floor = { sequence: 9n, file: 'log.1', pos: 1 };
const now: HubMoments = {
  look: (work) => work({ floor, pages: async function* () {} }),
};

/** Of a topic whose log begins at `start` and is empty. */
function atCut(
  { start, ageMs }: { readonly start: bigint; readonly ageMs: number | undefined },
  retentionMs: number | undefined,
) {
  const config = retentionMs === undefined ? {} : { 'retention.ms': String(retentionMs) };
  const clock = new ManualClock(100 * DAY_MS);
  return momentsAtCut(now, pair, {
    cut: { version: 5n, atMs: ageMs === undefined ? undefined : clock.now() - ageMs },
    ports: {
      admin: {
        offsets: async () => [{ topic, partition: 0, start, end: start }],
        topicConfigs: async () => new Map([[topic, config]]),
      },
      reader: { fetch: () => Promise.reject(new Error('nothing to read')), close: async () => {} },
      sequenceAt: async () => 0n,
      fetchSchema: () => Promise.reject(new Error('no schema is needed')),
      clock,
    },
  }).look(async () => 'looked');
}

test.each([
  ['the log still begins where it began', { start: 0n, ageMs: undefined }, undefined],
  ['the cut is younger than what the topic keeps', { start: 7n, ageMs: DAY_MS }, 2 * DAY_MS],
  ['the topic keeps everything', { start: 7n, ageMs: undefined }, -1],
])('it can where %s', async (_why, log, retentionMs) => {
  await expect(atCut(log, retentionMs)).resolves.toBe('looked');
});

test.each([
  ['the cut is older than what the topic keeps', { start: 7n, ageMs: 3 * DAY_MS }, 2 * DAY_MS],
  ['nobody says how long the topic keeps changes', { start: 7n, ageMs: 1 }, undefined],
  ['nobody says when the cut was', { start: 7n, ageMs: undefined }, 2 * DAY_MS],
])('it cannot where %s, and says so', async (_why, log, retentionMs) => {
  await expect(atCut(log, retentionMs)).rejects.toMatchObject({ code: 'PAIR_CUT_GONE' });
});
