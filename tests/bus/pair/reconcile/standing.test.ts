import { describe, expect, test } from 'vitest';
import type { AgreementState } from '../../../../bus/agreement/agreement.ts';
import { mayRead, standingPairs } from '../../../../bus/pair/reconcile/standing.ts';

const line = (state: AgreementState, version = '1.0.0', agreementId = 'a') => ({
  agreementId,
  name: 'n',
  version,
  state,
  contentHash: version,
});

describe('standingPairs', () => {
  test.each<[AgreementState[], string | undefined, string]>([
    [['draft'], undefined, 'a proposal leaves no trace'],
    [['agreed'], undefined, 'nor what was not filed'],
    [['filed'], 'prepared', 'filed is made ready'],
    [['active'], 'delivering', 'in force'],
    [['active', 'filed'], 'delivering', 'a waiting version takes nothing away'],
    [['superseded', 'active'], 'delivering', 'the one that took over counts'],
    [['suspended', 'filed'], 'held', 'a waiting version gives nothing back'],
    [['revoked'], 'held', 'revoked'],
    [['expired', 'filed'], 'held', 'expired, and a renewal waits'],
    [['purging'], 'purging', 'being cleared'],
    [['closed'], 'gone', 'cleared'],
    [['withdrawn'], 'gone', 'withdrawn after it was filed'],
    [['closed', 'filed'], 'prepared', 'a new beginning'],
    [['superseded'], undefined, 'history'],
  ])('%j is %s (%s)', (states, standing) => {
    const lines = states.map((state, index) => line(state, `${index + 1}.0.0`));
    expect(standingPairs(lines)[0]?.standing).toBe(standing);
  });

  test('names the waiting version beside the one in force', () => {
    const [pair] = standingPairs([line('active'), line('filed', '2.0.0')]);
    expect(pair).toMatchObject({ line: { version: '1.0.0' }, next: { version: '2.0.0' } });
  });

  test('answers by id, whatever the order of lines', () => {
    const ids = standingPairs([line('active', '1.0.0', 'b'), line('active')]).map(
      ({ agreementId }) => agreementId,
    );
    expect(ids).toEqual(['a', 'b']);
  });

  test('lets a subscriber read only what it may have, and the end', () => {
    const may = (['prepared', 'delivering', 'held', 'purging', 'gone'] as const).filter(mayRead);
    expect(may).toEqual(['delivering', 'purging']);
  });
});
