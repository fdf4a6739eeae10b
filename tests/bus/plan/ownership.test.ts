import { describe, expect, test } from 'vitest';
import type { PlanKind } from '../../../bus/plan/plan.ts';
import { isInScope, ownerOf, ownerOfPrincipal } from '../../../bus/plan/ownership.ts';

const ID = '3f0c2a10-5b1e-4d3a-9a57-0c1d2e3f4a5b';

describe('ownerOf', () => {
  test.each<[PlanKind, string, string | undefined, string]>([
    ['topic', 'cdc.police', 'source/police', 'schema changes'],
    ['topic', 'cdc.police.police.person', 'source/police', 'rows'],
    ['topic', 'cdc.police2.x.y', 'source/police2', 'a longer name is another source'],
    ['topic', '_notification.police', 'source/police', 'notices of snapshots'],
    ['topic', '__debezium-heartbeat.cdc.police', 'source/police', 'heartbeats'],
    ['topic', '_history.civil-affairs', 'source/civil-affairs', 'a hyphen'],
    ['topic', '__consumer_offsets', undefined, 'Kafka’s own'],
    ['topic', 'connect-offsets', undefined, 'Connect’s own'],
    ['topic', 'xcdc.police.a.b', undefined, 'not at the beginning'],
    ['topic', 'view.population', 'source/view-population', 'schema changes of a view'],
    ['topic', 'view.a-b.hub_a.t__rows', 'source/view-a-b', 'rows of a view'],
    ['topic', '__debezium-heartbeat.view.a', 'source/view-a', 'heartbeats of a view'],
    ['topic', '_offsets.view-a', 'source/view-a', 'positions of a view’s capture'],
    ['user', 'src-view-a', 'source/view-a', 'who captures a view is not who fills it'],
    ['user', 'src-police', 'source/police', 'a source'],
    ['user', 'view-population', 'view/population', 'a view'],
    ['topic', `pair.${ID}`, `pair/${ID}`, 'what a pair delivers'],
    ['topic', `receipt.${ID}`, `pair/${ID}`, 'what its subscriber hands in'],
    ['topic', 'pair.somebody', undefined, 'an agreement has a UUID'],
    ['topic', 'gateway.audit', 'gateway/gateway', 'the gateway’s own'],
    ['topic', 'agreement.lifecycle', 'gateway/lifecycle', 'the log of agreements'],
    ['user', `pair-${ID}`, `pair/${ID}`, 'a subscriber'],
    ['user', `pair-${ID}-2`, undefined, 'a longer name is nobody’s'],
    ['user', 'gateway', 'gateway/gateway', 'the gateway'],
    ['user', 'gateway2', undefined, 'and nobody else'],
    ['user', 'admin', undefined, 'the super user'],
    ['connector', 'view-population', undefined, 'views have no connector of that name'],
  ])('of %s %s is %s (%s)', (kind, name, owner) => {
    expect(ownerOf(kind, name)).toBe(owner);
  });

  test('of a grant is that of its user', () => {
    expect(ownerOfPrincipal('User:src-police')).toBe('source/police');
    expect(ownerOfPrincipal('User:connect')).toBeUndefined();
  });
});

test.each<[string[], string | undefined, boolean, string]>([
  [['source/a'], 'source/a', true, 'named'],
  [['source/a'], 'source/ab', false, 'not by its beginning'],
  [['source/*'], 'source/ab', true, 'every source'],
  [['source/*'], 'view/a', false, 'but no view'],
  [['source/*'], undefined, false, 'and nothing without an owner'],
])('scope %j with owner %j: %s (%s)', (scope, owner, expected) => {
  expect(isInScope(scope, owner)).toBe(expected);
});
