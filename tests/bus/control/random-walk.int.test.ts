import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldEvents } from '../../../bus/agreement/lifecycle/fold.ts';
import { verifyChain } from '../../../bus/control/verify-chain.ts';
import { testStack } from '../../support/env.ts';
import { ControlWorld, controlRig } from '../../support/lifecycle/control-world.ts';
import { SAMPLE_ID } from '../../support/lifecycle/sample-agreement.ts';
import { anyChoice, walk } from '../../support/lifecycle/walk.ts';

const WALKS = 5;
const STEPS = 60;

const stack = await testStack('walk');

describe('the control store', () => {
  test('the store takes exactly what SPEC.md has, whatever is tried by whomever; kept states are the fold of its events, and the chain verifies', async () => {
    let walks = 0;
    const reached = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyChoice, { minLength: STEPS, maxLength: STEPS }),
        async (steps) => {
          const rig = await controlRig(stack, String(++walks));
          const world = new ControlWorld(rig);
          const oracle = await walk(world, steps);
          for (const state of oracle.reached) reached.add(state);
          expect(oracle.taken).toBeGreaterThan(0);
          const rows = await rig.reader.query<{ version: string; state: string }>(
            'SELECT version, state FROM agreement_state',
          );
          const kept = Object.fromEntries(rows.map(({ version, state }) => [version, state]));
          const folded = foldEvents(await world.events(), await world.contents());
          const states = [...folded.lines].map(([version, { state }]) => [version, state]);
          expect(kept).toEqual(Object.fromEntries(states));
          expect(await verifyChain(rig.control(), SAMPLE_ID)).toMatchObject({ faults: [] });
        },
      ),
      // Each walk has a database of its own; shrinking would make hundreds.
      { numRuns: WALKS, endOnFailure: true },
    );
    expect([...reached]).toEqual(expect.arrayContaining(['agreed', 'filed', 'active']));
  });
});
