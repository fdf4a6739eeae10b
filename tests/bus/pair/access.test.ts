import { describe, expect, test } from 'vitest';
import { pairNames } from '../../../bus/agreement/agreement.ts';
import {
  GATEWAY,
  gatewayAcls,
  gatewayPairAcls,
  gatewayTopics,
  subscriberAcls,
} from '../../../bus/pair/access.ts';
import { grantName } from '../../../bus/plan/plan.ts';
import { CONTRACTS_TO_TAX } from '../../support/agreements/contents.ts';

const { id } = CONTRACTS_TO_TAX;
const names = pairNames(id);

describe('the rights of sharing pairs', () => {
  test('let a subscriber read its topic in its group and write its receipts, and nothing else', () => {
    expect(subscriberAcls(names).map(grantName)).toEqual([
      `READ topic pair.${id} -> User:pair-${id}`,
      `READ group pair-${id} -> User:pair-${id}`,
      `WRITE topic receipt.${id} -> User:pair-${id}`,
    ]);
  });

  test('leave a subscriber that may not read only its group, to leave it, and what hands in receipts', () => {
    expect(subscriberAcls(names, { mayRead: false }).map(grantName)).toEqual([
      `READ group pair-${id} -> User:pair-${id}`,
      `WRITE topic receipt.${id} -> User:pair-${id}`,
    ]);
  });

  test('are prefixed for nothing but the gateway’s transactional ids', () => {
    const all = [
      ...subscriberAcls(names),
      ...gatewayPairAcls(names),
      ...gatewayAcls(['view.property.hub_property.unit__rows']),
    ];
    expect(all.filter(({ match }) => match === 'prefixed').map(grantName)).toEqual([
      'WRITE transactional-id gateway.* -> User:gateway',
    ]);
  });

  test('name each view topic once, whatever the order and number of pairs that read it', () => {
    const [a, b] = ['view.property.p.a', 'view.property.p.b'];
    expect(gatewayAcls([b, a, b])).toEqual(gatewayAcls([a, b]));
    expect(gatewayAcls([a, b]).filter(({ name }) => name.startsWith('view.'))).toHaveLength(2);
  });

  test('never let the gateway read what it delivers or write what it reads', () => {
    const gateway = [...gatewayAcls(['view.a.b.c']), ...gatewayPairAcls(names)];
    const topics = (operation: string) =>
      gateway
        .filter((rule) => rule.resource === 'topic' && rule.operation === operation)
        .map(({ name }) => name);
    const both = topics('read').filter((name) => topics('write').includes(name));
    expect(both).toEqual([GATEWAY.progressTopic]);
  });

  test('stand beside topics whose records do not expire before they were archived', () => {
    const policies = gatewayTopics({ replication: 3 }).map(({ name, config }) => [
      name,
      config?.['cleanup.policy'],
      config?.['retention.ms'],
      config?.['min.insync.replicas'],
    ]);
    expect(policies).toEqual([
      ['gateway.progress', 'compact', undefined, '2'],
      ['gateway.audit', 'delete', '-1', '2'],
      ['agreement.lifecycle', 'delete', '-1', '2'],
    ]);
  });
});
