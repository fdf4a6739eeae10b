import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { AGREEMENT_STATES } from '../../../../bus/agreement/agreement.ts';
import {
  isTerminal,
  isTransition,
  LINE_STATES,
  possibleIn,
  TRANSITIONS,
  type Rule,
} from '../../../../bus/agreement/lifecycle/transitions.ts';
import { BUS_VERBS, VERBS, type Verb } from '../../../../bus/agreement/lifecycle/verbs.ts';

const SPEC = new URL('../../../../bus/agreement/lifecycle/SPEC.md', import.meta.url);

async function specRows(): Promise<string[]> {
  const [, after = ''] = (await readFile(SPEC, 'utf8')).split('<!-- transitions -->');
  const [, table = ''] = after.split('\n\n');
  return table
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
        .join(' | '),
    );
}

function cells(): { from: string; verb: Verb; rule: Rule }[] {
  return LINE_STATES.flatMap((from) =>
    VERBS.map((verb) => ({ from, verb, rule: TRANSITIONS[from][verb] })),
  );
}

describe('the transition table', () => {
  test('the table is the one that SPEC.md shows', async () => {
    const coded = cells().flatMap(({ from, verb, rule }) =>
      isTransition(rule)
        ? [
            [
              from,
              verb,
              rule.to,
              rule.who.join(', '),
              rule.guards.join(', '),
              rule.leavesWhen ?? '',
            ].join(' | '),
          ]
        : [],
    );
    expect(coded.toSorted()).toEqual((await specRows()).toSorted());
  });

  test('every state knows every verb, and every impossible one has a reason', () => {
    expect(LINE_STATES).toHaveLength(AGREEMENT_STATES.length + 1);
    for (const { from, verb, rule } of cells()) {
      const isSaid = isTransition(rule) ? rule.who.length > 0 : rule.why.length > 10;
      expect(isSaid, `${from} × ${verb}`).toBe(true);
    }
  });

  test('every state can be reached, and every verb leads somewhere', () => {
    const goals = cells().flatMap(({ rule }) => (isTransition(rule) ? [rule.to] : []));
    expect([...new Set(goals)].toSorted()).toEqual([...AGREEMENT_STATES].toSorted());
    const leading = cells().flatMap(({ verb, rule }) => (isTransition(rule) ? [verb] : []));
    expect([...new Set(leading)].toSorted()).toEqual([...VERBS].toSorted());
  });

  test('only the ends are ends, and from everywhere else an end can be reached', () => {
    const ends = LINE_STATES.filter(isTerminal);
    expect(ends).toEqual(['superseded', 'closed', 'withdrawn']);
    for (const start of LINE_STATES) {
      const seen = new Set([start]);
      for (const state of seen)
        for (const { verb } of possibleIn(state)) {
          const rule = TRANSITIONS[state][verb];
          if (isTransition(rule)) seen.add(rule.to);
        }
      expect(
        [...seen].some((state) => isTerminal(state)),
        start,
      ).toBe(true);
    }
  });

  test('what the clock decides is the bus’s alone', () => {
    for (const { verb, rule } of cells()) {
      if (!isTransition(rule) || !(BUS_VERBS as readonly Verb[]).includes(verb)) continue;
      expect(rule.who).toEqual(['bus']);
    }
  });

  test('the only way into force leads through both signatures and the filing', () => {
    const into = (goal: string) =>
      cells().flatMap(({ from, rule }) => (isTransition(rule) && rule.to === goal ? [from] : []));
    expect(into('active')).toEqual(['filed', 'suspended']);
    expect(into('suspended')).toEqual(['active', 'suspended']);
    expect(into('filed')).toEqual(['agreed']);
    expect(into('agreed')).toEqual(['under-review']);
    expect(TRANSITIONS['under-review'].sign).toMatchObject({ leavesWhen: 'both-signed' });
  });
});
