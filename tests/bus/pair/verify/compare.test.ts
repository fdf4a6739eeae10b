import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../../bus/base/clock.ts';
import { compareSides, type Sides } from '../../../../bus/pair/verify/compare.ts';
import type { DeliveredRow } from '../../../../bus/pair/verify/rows.ts';
import { settlePair } from '../../../../bus/pair/verify/settle.ts';
import type { FlowAnswer } from '../../../../bus/verify/suspects.ts';

type Table = Map<string, string>;

function row(key: string, value: string): DeliveredRow {
  const id = createHash('sha256').update(key).digest('base64').slice(0, 16);
  return { id, key: [key], prints: [key, value] };
}

function sidesOf(hub: () => Table, copy: () => Table): Sides {
  return {
    hub: {
      async each(take) {
        for (const [key, value] of hub()) take(row(key, value));
        return 0;
      },
    },
    copy: {
      async each(take) {
        for (const [key, value] of [...copy()].toReversed()) take(row(key, value));
      },
    },
  };
}

function table(count: number): Table {
  return new Map(Array.from({ length: count }, (_, at) => [`k${at}`, `v${at}`]));
}

describe('comparing', () => {
  test('equal sides have no suspects, whatever their order', async () => {
    const same = table(20_000);
    const compared = await compareSides(
      sidesOf(
        () => same,
        () => same,
      ),
    );
    expect(compared).toMatchObject({ hubRows: 20_000, copyRows: 20_000, isCut: false });
    expect(compared.suspects.size).toBe(0);
  });

  test('exactly the keys that differ are suspects', async () => {
    const [hub, copy] = [table(20_000), table(20_000)];
    copy.delete('k7');
    copy.set('k8', 'other');
    copy.set('strange', 'x');
    const { suspects } = await compareSides(
      sidesOf(
        () => hub,
        () => copy,
      ),
    );
    expect(suspects).toEqual(new Set(['k7', 'k8', 'strange'].map((key) => row(key, '').id)));
  });

  test('two keys that changed their values for each other’s differ', async () => {
    const [hub, copy] = [table(10), table(10)];
    copy.set('k1', 'v2');
    copy.set('k2', 'v1');
    const { suspects } = await compareSides(
      sidesOf(
        () => hub,
        () => copy,
      ),
    );
    expect(suspects.size).toBe(2);
  });
});

describe('settling', () => {
  let nowMs = 0;
  const clock: Clock = {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
  const flowOf = (answer: FlowAnswer, meanwhile: () => void = () => {}) => ({
    untilApplied: async () => {
      meanwhile();
      return answer;
    },
  });
  const settle = (sides: Sides, flow: ReturnType<typeof flowOf>) =>
    settlePair(new Set([row('k1', '').id]), {
      sides,
      flow,
      fields: ['key', 'value'],
      clock,
      limitMs: 10_000,
    });

  test('what arrives while it is waited for is no difference', async () => {
    const hub = table(3);
    const copy = new Map([...hub, ['k1', 'old']]);
    const flow = flowOf('applied', () => copy.set('k1', 'v1'));
    expect(
      await settle(
        sidesOf(
          () => hub,
          () => copy,
        ),
        flow,
      ),
    ).toEqual({ differences: [], undecided: [], flow: 'applied' });
  });

  test('what stays other although all was applied is told with its columns', async () => {
    const hub = table(3);
    const copy = new Map([...hub, ['k1', 'bent']]);
    const sides = sidesOf(
      () => hub,
      () => copy,
    );
    expect(await settle(sides, flowOf('applied'))).toMatchObject({
      differences: [{ key: ['k1'], kind: 'different', columns: ['value'] }],
      undecided: [],
    });
  });

  test.each<[FlowAnswer, string]>([
    ['late', 'the pair does not catch up'],
    ['halted', 'nothing is delivered'],
  ])('while the flow is %s a difference is undecided: %s', async (answer) => {
    const hub = table(3);
    const copy = new Map([...hub, ['k1', 'bent']]);
    const sides = sidesOf(
      () => hub,
      () => copy,
    );
    expect(await settle(sides, flowOf(answer))).toEqual({
      differences: [],
      undecided: [['k1']],
      flow: answer,
    });
  });

  test('a row that never stands still is undecided', async () => {
    const hub = table(3);
    let turn = 0;
    const moving = () => new Map([...hub, ['k1', `v${turn++}`]]);
    const sides = sidesOf(moving, () => new Map([...hub, ['k1', 'bent']]));
    const settled = await settle(sides, flowOf('applied'));
    expect(settled).toMatchObject({ differences: [], undecided: [['k1']] });
  });
});
