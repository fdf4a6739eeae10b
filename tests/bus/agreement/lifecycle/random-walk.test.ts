import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGREEMENT_STATES } from '../../../../bus/agreement/agreement.ts';
import { foldEvents } from '../../../../bus/agreement/lifecycle/fold.ts';
import { PureWorld } from '../../../support/lifecycle/pure-world.ts';
import { anyChoice, walk } from '../../../support/lifecycle/walk.ts';

const WALKS = 200;
const STEPS_MAX = 120;
const choices = fc.array(anyChoice, { minLength: 20, maxLength: STEPS_MAX, size: 'max' });

describe('random walks through the lifecycle', () => {
  test('whatever is tried by whomever: only transitions of SPEC.md happen, in force only what both signed and the authority filed, at most one version at a time, and state is the fold of the events', async () => {
    const reached = new Set<string>();
    await fc.assert(
      fc.asyncProperty(choices, async (steps) => {
        const world = new PureWorld();
        const oracle = await walk(world, steps);
        for (const state of oracle.reached) reached.add(state);
        expect(foldEvents(await world.events(), world.contents)).toEqual(await world.chain());
      }),
      { numRuns: WALKS },
    );
    // A walk that never gets anywhere would prove nothing.
    expect([...reached].toSorted()).toEqual(['none', ...AGREEMENT_STATES].toSorted());
  });
});
