import { describe, expect, test } from 'vitest';
import type { AgreementState } from '../../../../bus/agreement/agreement.ts';
import { type DueLine, dueTransitions } from '../../../../bus/pair/reconcile/due.ts';
import { CONTRACTS_TO_TAX } from '../../../support/agreements/contents.ts';

const START = Date.parse(CONTRACTS_TO_TAX.validity.notBefore);
const END = Date.parse(CONTRACTS_TO_TAX.validity.notAfter);
const DAY_MS = 86_400_000;

function line(state: AgreementState, more: Partial<DueLine> = {}): DueLine {
  const { id, name, version } = CONTRACTS_TO_TAX;
  return {
    agreementId: id,
    name,
    version,
    state,
    contentHash: `$1$${version}`,
    content: CONTRACTS_TO_TAX,
    sinceMs: START,
    deployedHash: `$1$${version}`,
    ...more,
  };
}

const V1 = { version: '1.0.0', contentHash: '$1$one', deployedHash: '$1$one' };
const shortly = ({ verb, version, supersedes }: ReturnType<typeof dueTransitions>[number]) =>
  supersedes === undefined ? `${verb} ${version}` : `${verb} ${version} over ${supersedes}`;

describe('the clock brings about', () => {
  test.each<[string, DueLine[], number, string[]]>([
    ['activation when its time has come', [line('filed')], START, ['activate 2.0.0']],
    ['nothing a millisecond before', [line('filed')], START - 1, []],
    ['nothing once its time is over', [line('filed')], END, []],
    ['nothing while nothing is deployed', [line('filed', { deployedHash: undefined })], START, []],
    [
      'nothing while other content is deployed',
      [line('filed', { deployedHash: '$1$older' })],
      START,
      [],
    ],
    [
      'a new version in the place of the old one, in one step',
      [line('active', V1), line('filed')],
      START,
      ['activate 2.0.0 over 1.0.0'],
    ],
    [
      'a renewal in the place of what has expired',
      [line('expired', V1), line('filed')],
      START,
      ['activate 2.0.0 over 1.0.0'],
    ],
    [
      'no new version while the old one is suspended: a hold is not the clock’s to lift',
      [line('suspended', V1), line('filed')],
      START,
      [],
    ],
    ['nothing before the last moment', [line('active')], END - 1, []],
    ['expiry at the end, which is no longer inside', [line('active')], END, ['expire 2.0.0']],
    ['expiry of a suspended one too', [line('suspended')], END, ['expire 2.0.0']],
    ['clearing of what was revoked, at once', [line('revoked')], START, ['purge 2.0.0']],
    [
      'no clearing of what has expired while a renewal may still come',
      [line('expired', { sinceMs: END })],
      END + DAY_MS - 1,
      [],
    ],
    [
      'clearing of what has expired a day later',
      [line('expired', { sinceMs: END })],
      END + DAY_MS,
      ['purge 2.0.0'],
    ],
    ['nothing while the subscriber clears its copy', [line('purging')], END, []],
    ['nothing in a negotiation', [line('draft'), line('agreed')], END, []],
  ])('%s', (_, lines, nowMs, due) => {
    expect(dueTransitions(lines, { nowMs }).map(shortly)).toEqual(due);
  });

  test('one thing for each of several agreements', () => {
    const lines = [line('filed'), line('revoked', { agreementId: 'another' })];
    expect(dueTransitions(lines, { nowMs: START }).map(({ verb }) => verb)).toEqual([
      'activate',
      'purge',
    ]);
  });
});
