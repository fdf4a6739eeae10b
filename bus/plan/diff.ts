/**
 * Desired against actual, purely. Creations and grants come before deletions and revokes;
 * only what was declared is compared, so a broker's default never shows as a change;
 * nothing outside the scope is touched, and nothing is deleted unless pruning is asked for.
 */
import { createHash } from 'node:crypto';
import type { Problem } from '../base/errors.ts';
import type { ConnectorConfig } from '../connect/connect.ts';
import type { AclRule, TopicSpec } from '../kafka/kafka.ts';
import { isInScope, ownerOf, ownerOfPrincipal } from './ownership.ts';
import {
  type Actual,
  type Desired,
  type DesiredConnector,
  type FieldChange,
  grantName,
  type Plan,
  type PlanKind,
  type PlanStep,
} from './plan.ts';

/** The steps from `actual` to `desired`. */
export function planChanges(
  desired: Desired,
  actual: Actual,
  { prune = false }: { readonly prune?: boolean | readonly PlanKind[] } = {},
): Plan {
  const isPruned = ({ kind }: PlanStep) =>
    typeof prune === 'boolean' ? prune : prune.includes(kind);
  const forward = [
    ...desired.topics.flatMap((spec) => topicSteps(spec, actual)),
    ...userSteps(desired, actual),
    ...secretSteps(desired, actual),
    ...grantSteps(desired.acls, actual.acls),
    ...desired.connectors.flatMap((connector) => connectorSteps(connector, actual)),
  ];
  const surplus = surplusSteps(desired, actual);
  const steps = [...forward, ...surplus.filter(isPruned)];
  return {
    steps,
    kept: surplus.filter((step) => !isPruned(step)),
    refusals: desired.topics.flatMap((spec) => topicRefusals(spec, actual)),
    fingerprint: createHash('sha256').update(JSON.stringify(steps)).digest('hex'),
  };
}

/** Fields of `to` that differ in `from`; fields that only `from` has are left alone. */
export function changedFields(
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): FieldChange[] {
  return Object.entries(to)
    .filter(([field, value]) => from[field] !== value)
    .map(([field, value]) => ({ field, from: from[field], to: value }));
}

function topicSteps(spec: TopicSpec, actual: Actual): PlanStep[] {
  const { name } = spec;
  const found = actual.topics.get(name);
  if (!found) return [{ action: 'create', kind: 'topic', name, changes: [], spec }];
  const changes = changedFields(found.config, spec.config ?? {});
  if (changes.length === 0) return [];
  const config = Object.fromEntries(changes.map(({ field, to }) => [field, to ?? '']));
  return [{ action: 'change', kind: 'topic', name, changes, config }];
}

function topicRefusals(spec: TopicSpec, actual: Actual): Problem[] {
  const found = actual.topics.get(spec.name);
  if (!found || found.partitions === spec.partitions) return [];
  return [
    {
      path: spec.name,
      message: `The topic has ${found.partitions} partitions and ${spec.partitions} are declared.`,
      remedy: `Declare ${found.partitions}: the number is fixed for a topic's life, because keys would move to other partitions and lose their order.`,
    },
  ];
}

function userSteps({ users }: Desired, actual: Actual): PlanStep[] {
  return users.flatMap((user): PlanStep[] => {
    const base = { kind: 'user', name: user.name, user } as const;
    if (!actual.users.has(user.name)) return [{ ...base, action: 'create', changes: [] }];
    if (actual.passwordFiles.has(user.passwordFile)) return [];
    const changes = [{ field: 'password', from: '(unknown here)', to: '(new)' }];
    return [{ ...base, action: 'change', changes }];
  });
}

function secretSteps({ secretFiles }: Desired, actual: Actual): PlanStep[] {
  return secretFiles.flatMap((secretFile): PlanStep[] => {
    if (actual.currentSecretFiles.has(secretFile.file)) return [];
    const base = { kind: 'secret', name: secretFile.file, secretFile } as const;
    if (!actual.secretFiles.has(secretFile.file))
      return [{ ...base, action: 'create', changes: [] }];
    const changes = [{ field: 'content', from: '(hidden)', to: '(hidden)' }];
    return [{ ...base, action: 'change', changes }];
  });
}

function grantSteps(desired: readonly AclRule[], actual: readonly AclRule[]): PlanStep[] {
  const granted = new Set(actual.map(grantName));
  return desired
    .filter((rule) => !granted.has(grantName(rule)))
    .map((rule) => ({ action: 'create', kind: 'grant', name: grantName(rule), changes: [], rule }));
}

function connectorSteps(connector: DesiredConnector, actual: Actual): PlanStep[] {
  const { name, config } = connector;
  const found = actual.connectors.get(name);
  if (!found) return [{ action: 'create', kind: 'connector', name, changes: [], config }];
  const changes = [...configChanges(found.config, config)];
  if (changes.length > 0) {
    return [{ action: 'change', kind: 'connector', name, changes, config, restart: 'no' }];
  }
  const { secretFile } = connector;
  if (secretFile !== undefined && !actual.currentSecretFiles.has(secretFile)) {
    changes.push({ field: 'secrets', from: '(hidden)', to: '(hidden)' });
    return [{ action: 'change', kind: 'connector', name, changes, config, restart: 'all' }];
  }
  if (found.state !== 'failed') return [];
  changes.push({ field: 'state', from: 'failed', to: 'running' });
  return [{ action: 'change', kind: 'connector', name, changes, config, restart: 'failed' }];
}

/** A connector's config is replaced whole, so a setting that is no longer declared goes away. */
function configChanges(from: ConnectorConfig, to: ConnectorConfig): FieldChange[] {
  const gone = Object.keys(from)
    .filter((field) => field !== 'name' && !(field in to))
    .map((field) => ({ field, from: from[field], to: undefined }));
  return [...changedFields(from, to), ...gone].map(hideSecrets);
}

/** Our own configs refer to files; a value put in by hand may be a secret itself. */
function hideSecrets({ field, from, to }: FieldChange): FieldChange {
  const isSecret = /password|secret|jaas|credential|token/i.test(field);
  const shown = (value: string | undefined) =>
    value === undefined || !isSecret || /^[^"]*("?\$\{file:[^}]*\}"?[^"]*)$/.test(value)
      ? value
      : '(hidden)';
  return { field, from: shown(from), to: shown(to) };
}

/** Everything of the scope that nobody declares, connectors first so that nothing writes on. */
function surplusSteps(desired: Desired, actual: Actual): PlanStep[] {
  const owned = (kind: 'topic' | 'user' | 'connector', names: Iterable<string>) =>
    [...names].filter((name) => isInScope(desired.scope, ownerOf(kind, name))).sort();
  const without = (names: string[], declared: readonly { readonly name: string }[]) => {
    const keep = new Set(declared.map(({ name }) => name));
    return names.filter((name) => !keep.has(name));
  };
  const connectors = without(owned('connector', actual.connectors.keys()), desired.connectors);
  const users = without(owned('user', actual.users), desired.users);
  const topics = without(owned('topic', actual.topicNames), desired.topics);
  const wanted = new Set(desired.acls.map(grantName));
  const isGuarded = reaches(desired.guardedTopics ?? []);
  const grants = actual.acls
    .filter((rule) => isInScope(desired.scope, ownerOfPrincipal(rule.principal)) || isGuarded(rule))
    .filter((rule) => !wanted.has(grantName(rule)));
  const gone = { action: 'delete', changes: [] } as const;
  return [
    ...connectors.map((name): PlanStep => ({ ...gone, kind: 'connector', name })),
    ...grants.map((rule): PlanStep => ({ ...gone, kind: 'grant', name: grantName(rule), rule })),
    ...users.map((name): PlanStep => ({ ...gone, kind: 'user', name })),
    ...topics.map((name): PlanStep => ({ ...gone, kind: 'topic', name })),
  ];
}

/** Whether a rule reaches one of `topics`; "*" is Kafka's word for all. */
function reaches(topics: readonly string[]): (rule: AclRule) => boolean {
  const names = new Set(topics);
  return ({ resource, match, name }) => {
    if (resource !== 'topic' || names.size === 0) return false;
    if (match === 'literal') return name === '*' || names.has(name);
    return topics.some((topic) => topic.startsWith(name));
  };
}
