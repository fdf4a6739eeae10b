import { describe, expect, test } from 'vitest';
import type { AclRule } from '../../../bus/kafka/kafka.ts';
import { planChanges } from '../../../bus/plan/diff.ts';
import { type Actual, type Desired, grantName, type PlanStep } from '../../../bus/plan/plan.ts';

const READ: AclRule = {
  principal: 'User:src-tax',
  resource: 'topic',
  name: '_signal.tax',
  match: 'literal',
  operation: 'read',
};
const TOPIC = {
  name: 'cdc.tax.tax.payer',
  partitions: 4,
  replication: 1,
  config: { 'cleanup.policy': 'delete' },
};
const CONFIG = { 'poll.interval.ms': '10', 'database.password': '${file:/s/src-tax:p}' };
const DESIRED: Desired = {
  scope: ['source/tax'],
  topics: [TOPIC],
  users: [{ name: 'src-tax', passwordFile: '/s/src-tax.password' }],
  secretFiles: [{ file: '/s/src-tax', entries: { p: '/s/tax.password' } }],
  acls: [READ],
  connectors: [{ name: 'src-tax', config: CONFIG, secretFile: '/s/src-tax' }],
};
const NOTHING: Actual = {
  topicNames: [],
  topics: new Map(),
  users: new Set(),
  passwordFiles: new Set(),
  secretFiles: new Set(),
  currentSecretFiles: new Set(),
  acls: [],
  connectors: new Map(),
};
const EVERYTHING: Actual = {
  topicNames: [TOPIC.name],
  topics: new Map([
    [TOPIC.name, { partitions: 4, config: { ...TOPIC.config, 'segment.ms': '1' } }],
  ]),
  users: new Set(['src-tax']),
  passwordFiles: new Set(['/s/src-tax.password']),
  secretFiles: new Set(['/s/src-tax']),
  currentSecretFiles: new Set(['/s/src-tax']),
  acls: [READ],
  connectors: new Map([['src-tax', { config: { ...CONFIG, name: 'src-tax' }, state: 'running' }]]),
};

const shortly = ({ action, kind, name }: PlanStep) => `${action} ${kind} ${name}`;

describe('planChanges', () => {
  test('creates in the order in which each thing relies on those before', () => {
    const { steps, kept, refusals } = planChanges(DESIRED, NOTHING);
    expect(steps.map(({ kind }) => kind)).toEqual([
      'topic',
      'user',
      'secret',
      'grant',
      'connector',
    ]);
    expect(new Set(steps.map(({ action }) => action))).toEqual(new Set(['create']));
    expect([...kept, ...refusals]).toEqual([]);
  });

  test('shows nothing when all is there, and no setting that nobody declared', () => {
    expect(planChanges(DESIRED, EVERYTHING).steps).toEqual([]);
  });

  test('shows a change field by field, old and new', () => {
    const topics = new Map([
      [TOPIC.name, { partitions: 4, config: { 'cleanup.policy': 'compact' } }],
    ]);
    const { steps } = planChanges(DESIRED, { ...EVERYTHING, topics });
    expect(steps.map(shortly)).toEqual([`change topic ${TOPIC.name}`]);
    expect(steps[0]?.changes).toEqual([{ field: 'cleanup.policy', from: 'compact', to: 'delete' }]);
  });

  test('refuses another number of partitions instead of moving keys', () => {
    const topics = new Map([[TOPIC.name, { partitions: 2, config: TOPIC.config }]]);
    const { refusals, steps } = planChanges(DESIRED, { ...EVERYTHING, topics });
    expect(refusals.map((refusal) => refusal.path)).toEqual([TOPIC.name]);
    expect(steps).toEqual([]);
  });

  test('takes out of a connector what is no longer declared', () => {
    const config = { ...CONFIG, 'poll.interval.ms': '500', 'max.batch.size': '1' };
    const connectors = new Map([['src-tax', { config, state: 'running' as const }]]);
    const [step] = planChanges(DESIRED, { ...EVERYTHING, connectors }).steps;
    expect(step?.changes).toEqual([
      { field: 'poll.interval.ms', from: '500', to: '10' },
      { field: 'max.batch.size', from: '1', to: undefined },
    ]);
  });

  test('never shows a password that somebody put into a connector', () => {
    const config = { ...CONFIG, 'database.password': 'open sesame' };
    const connectors = new Map([['src-tax', { config, state: 'running' as const }]]);
    const plan = planChanges(DESIRED, { ...EVERYTHING, connectors });
    expect(plan.steps[0]?.changes[0]).toMatchObject({
      from: '(hidden)',
      to: CONFIG['database.password'],
    });
    expect(JSON.stringify(plan)).not.toContain('sesame');
  });

  test('restarts a connector whose secrets changed, since it reads them only at start', () => {
    const { steps } = planChanges(DESIRED, { ...EVERYTHING, currentSecretFiles: new Set() });
    expect(steps.map(shortly)).toEqual(['change secret /s/src-tax', 'change connector src-tax']);
    expect(steps[1]).toMatchObject({ restart: 'all' });
  });

  test('restarts the failed task of a connector that is declared to run', () => {
    const connectors = new Map([['src-tax', { config: CONFIG, state: 'failed' as const }]]);
    const { steps } = planChanges(DESIRED, { ...EVERYTHING, connectors });
    expect(steps[0]).toMatchObject({
      restart: 'failed',
      changes: [{ from: 'failed', to: 'running' }],
    });
  });

  test('gives a user a new password only when its file is gone', () => {
    const { steps } = planChanges(DESIRED, { ...EVERYTHING, passwordFiles: new Set() });
    expect(steps.map(shortly)).toEqual(['change user src-tax']);
  });
});

describe('what nobody declares any more', () => {
  const surplus: AclRule = { ...READ, operation: 'write', name: 'cdc.other' };
  const actual: Actual = {
    ...EVERYTHING,
    topicNames: [TOPIC.name, 'cdc.tax.tax.gone', 'cdc.tax2.tax2.payer', '_offsets.police', 'mine'],
    users: new Set(['src-tax', 'src-police', 'admin']),
    acls: [READ, surplus, { ...surplus, principal: 'User:src-police' }],
    connectors: new Map([
      ...EVERYTHING.connectors,
      ['src-police', { config: {}, state: 'running' as const }],
      ['hand-made', { config: {}, state: 'running' as const }],
    ]),
  };

  test('is kept and told, unless pruning is asked for', () => {
    const { steps, kept } = planChanges(DESIRED, actual);
    expect(steps).toEqual([]);
    expect(kept.map(shortly)).toEqual([
      `delete grant ${grantName(surplus)}`,
      'delete topic cdc.tax.tax.gone',
    ]);
  });

  test('is deleted with pruning, and only where the scope owns it', () => {
    const { steps, kept } = planChanges(DESIRED, actual, { prune: true });
    expect(steps.map(({ kind }) => kind)).toEqual(['grant', 'topic']);
    expect(kept).toEqual([]);
  });

  test('goes by its kind where only some kinds are pruned', () => {
    const { steps, kept } = planChanges(DESIRED, actual, { prune: ['grant', 'user'] });
    expect(steps.map(shortly)).toEqual([`delete grant ${grantName(surplus)}`]);
    expect(kept.map(shortly)).toEqual(['delete topic cdc.tax.tax.gone']);
  });

  const foreign = (name: string, match: AclRule['match'] = 'literal'): AclRule => ({
    principal: 'User:stranger',
    resource: 'topic',
    name,
    match,
    operation: 'read',
  });
  test.each<[AclRule, boolean, string]>([
    [foreign(TOPIC.name), true, 'a rule for the very topic'],
    [foreign('cdc.tax.', 'prefixed'), true, 'a prefix that reaches it'],
    [foreign('*'), true, 'a rule for all topics'],
    [foreign('cdc.tax.'), false, 'another topic'],
    [foreign('cdc.tax2.', 'prefixed'), false, 'a prefix that does not reach it'],
    [{ ...foreign(TOPIC.name), resource: 'group' }, false, 'a group of that name'],
  ])('of a guarded topic is anybody’s rule on it: %o %s (%s)', (rule, isSurplus) => {
    const { kept } = planChanges(
      { ...DESIRED, guardedTopics: [TOPIC.name] },
      { ...EVERYTHING, acls: [READ, rule] },
    );
    expect(kept.map(shortly)).toEqual(isSurplus ? [`delete grant ${grantName(rule)}`] : []);
  });

  test('of every source goes when the files are all there are, connectors first', () => {
    const scoped = { ...DESIRED, scope: ['source/*'] };
    const { steps } = planChanges(scoped, actual, { prune: true });
    expect(steps.map(shortly)).toEqual([
      'delete connector src-police',
      `delete grant ${grantName(surplus)}`,
      `delete grant ${grantName({ ...surplus, principal: 'User:src-police' })}`,
      'delete user src-police',
      'delete topic _offsets.police',
      'delete topic cdc.tax.tax.gone',
      'delete topic cdc.tax2.tax2.payer',
    ]);
  });
});

test('a fingerprint is the same for the same steps and another for others', () => {
  const before = planChanges(DESIRED, NOTHING).fingerprint;
  expect(planChanges(DESIRED, NOTHING).fingerprint).toBe(before);
  expect(planChanges(DESIRED, EVERYTHING).fingerprint).not.toBe(before);
});
