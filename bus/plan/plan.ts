/**
 * The words of planning: what should exist on the bus, what does, and the steps between.
 * A plan holds no secret, so it may be shown, saved and compared; passwords are named by
 * the file that holds them.
 */
import type { ConnectorConfig, ConnectorState } from '../connect/connect.ts';
import type { AclRule, TopicSpec } from '../kafka/kafka.ts';
import type { Problem } from '../base/errors.ts';

export type DesiredUser = {
  readonly name: string;
  /** Holds the password; made with a new one where it does not exist. */
  readonly passwordFile: string;
};

/** A properties file for connectors, put together from password files. */
export type SecretFile = {
  readonly file: string;
  /** The file whose content each key gets. */
  readonly entries: Readonly<Record<string, string>>;
};

export type DesiredConnector = {
  readonly name: string;
  readonly config: ConnectorConfig;
  /** Read by the connector at start only: a change of it needs a restart. */
  readonly secretFile?: string;
};

export type Desired = {
  /** The units that are planned ("source/police", "view/population"); "source/*" means every source. */
  readonly scope: readonly string[];
  readonly topics: readonly TopicSpec[];
  readonly users: readonly DesiredUser[];
  readonly secretFiles: readonly SecretFile[];
  readonly acls: readonly AclRule[];
  readonly connectors: readonly DesiredConnector[];
  /** Topics that nobody may touch but by a rule of `acls`: another principal's rule on them is surplus too. */
  readonly guardedTopics?: readonly string[];
};

export type ActualTopic = {
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
};

export type ActualConnector = {
  readonly config: ConnectorConfig;
  /** The worst of connector and tasks. */
  readonly state: ConnectorState;
};

export type Actual = {
  /** Every topic on the broker. */
  readonly topicNames: readonly string[];
  /** The desired ones among them. */
  readonly topics: ReadonlyMap<string, ActualTopic>;
  readonly users: ReadonlySet<string>;
  /** Password files that exist. */
  readonly passwordFiles: ReadonlySet<string>;
  /** Secret files whose content is what it should be. */
  readonly currentSecretFiles: ReadonlySet<string>;
  /** Secret files that exist, current or not. */
  readonly secretFiles: ReadonlySet<string>;
  readonly acls: readonly AclRule[];
  /** Every connector by name. */
  readonly connectors: ReadonlyMap<string, ActualConnector>;
};

export type FieldChange = {
  readonly field: string;
  /** undefined: not set. Secret values are shown as "(hidden)". */
  readonly from: string | undefined;
  readonly to: string | undefined;
};

export type PlanAction = 'create' | 'change' | 'delete';
export type PlanKind = 'topic' | 'user' | 'secret' | 'grant' | 'connector';

type StepBase<A extends PlanAction, K extends PlanKind> = {
  readonly action: A;
  readonly kind: K;
  readonly name: string;
  /** Field by field; empty for creations and deletions. */
  readonly changes: readonly FieldChange[];
};

export type PlanStep =
  | (StepBase<'create', 'topic'> & { readonly spec: TopicSpec })
  | (StepBase<'change', 'topic'> & { readonly config: Readonly<Record<string, string>> })
  | StepBase<'delete', 'topic'>
  | (StepBase<'create' | 'change', 'user'> & { readonly user: DesiredUser })
  | StepBase<'delete', 'user'>
  | (StepBase<'create' | 'change', 'secret'> & { readonly secretFile: SecretFile })
  | (StepBase<'create' | 'delete', 'grant'> & { readonly rule: AclRule })
  | (StepBase<'create', 'connector'> & { readonly config: ConnectorConfig })
  | (StepBase<'change', 'connector'> & {
      readonly config: ConnectorConfig;
      readonly restart: 'all' | 'failed' | 'no';
    })
  | StepBase<'delete', 'connector'>;

export type Plan = {
  /** In the order in which they are done. */
  readonly steps: readonly PlanStep[];
  /** What nobody declares any more and is kept because pruning was not asked for. */
  readonly kept: readonly PlanStep[];
  /** Wishes that no step can fulfil; a plan with any is not applied. */
  readonly refusals: readonly Problem[];
  /** Same text for the same steps: tells whether the bus moved since the plan was shown. */
  readonly fingerprint: string;
};

/** "READ topic cdc.police.* for User:src-police" as one name of a grant. */
export function grantName(rule: AclRule): string {
  const name = rule.match === 'prefixed' ? `${rule.name}*` : rule.name;
  return `${rule.operation.toUpperCase()} ${rule.resource} ${name} -> ${rule.principal}`;
}
