/** When a decision of a party takes effect: what stands in a pair's topic later than that. */
import { waitFor } from '../../../bus/base/retry.ts';
import { CONTROL_DATABASE } from '../../../bus/control/migrations.ts';
import type { PairWorld } from './pair-world.ts';
import { PATIENCE_MS, patiently } from './patiently.ts';

/** Records that must have been applied elsewhere since, so that silence means something. */
const OTHERS_MIN = 50;

export type Stopped = {
  /** Rows in the topic, by when they were written: ms after the last moment at which nothing was decided. */
  readonly afterMs: readonly number[];
};

/** Decides while everybody works, and reads the pair's topic when others have gone on for a while. */
export async function decideAndRead(
  world: PairWorld,
  { verb, name }: { readonly verb: 'suspend' | 'revoke'; readonly name: string },
): Promise<Stopped> {
  const decidedMs = await decide(world, ['agreement', name, '--as', 'BJ-ZJW'], verb);
  const before = await world.applied();
  await patiently(
    'the other pairs to go on',
    async () => (await world.applied()) > before + OTHERS_MIN,
  );
  const times = await rowTimes(world, `pair.${world.copyOf(name).id}`);
  return { afterMs: times.map((atMs) => atMs - decidedMs) };
}

/** Answers the last moment at which the control database was asked and did not know of it yet. */
async function decide(
  { city, clerk }: PairWorld,
  args: readonly string[],
  verb: string,
): Promise<number> {
  const control = await city.access.hub(CONTROL_DATABASE);
  const ask = async () => {
    const askedMs = Date.now();
    const [row] = await control.query<{ version: number | string }>(
      'SELECT version FROM control_version',
    );
    return { askedMs, version: String(row?.version) };
  };
  const first = await ask();
  let decidedMs = first.askedMs;
  const deciding = clerk.insist(verb, ...args, '--reason', 'a test');
  deciding.catch(() => {});
  await waitFor(
    async () => {
      const now = await ask();
      if (now.version !== first.version) return true;
      decidedMs = now.askedMs;
      return false;
    },
    { what: 'the decision', timeoutMs: PATIENCE_MS, intervalMs: 20 },
  );
  await deciding;
  return decidedMs;
}

/** Timestamps of all rows of a pair's topic; its control records say nothing of rows. */
async function rowTimes({ city }: PairWorld, topic: string): Promise<number[]> {
  const { access } = city;
  const reader = await (await access.kafkaAs(access.endpoints.kafka.admin)).reader();
  const times: number[] = [];
  for (let offset = 0n; ;) {
    const [range] = await reader.fetch([{ topic, partition: 0, offset }], { waitMs: 500 });
    for (const { key, timestampMs } of range?.records ?? [])
      if (key !== null) times.push(timestampMs);
    if (!range || range.nextOffset === offset) break;
    offset = range.nextOffset;
  }
  await reader.close();
  return times;
}
