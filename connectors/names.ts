/**
 * Every name that follows from a source's name. A name is the only mark of ownership on a
 * broker, so plan, grants and clean-up all read this one table.
 */

export type SourceNames = {
  readonly connector: string;
  readonly user: string;
  readonly principal: string;
  /** Debezium's topic.prefix; also the topic of schema changes. */
  readonly topicPrefix: string;
  readonly historyTopic: string;
  readonly offsetsTopic: string;
  readonly signalTopic: string;
  /** Where capture says how far the snapshots that were asked for are. */
  readonly notificationTopic: string;
  readonly heartbeatTopic: string;
  readonly historyGroup: string;
  readonly signalGroup: string;
  readonly secretsFile: string;
};

export function sourceNames(source: string): SourceNames {
  const topicPrefix = `cdc.${source}`;
  return {
    connector: `src-${source}`,
    user: `src-${source}`,
    principal: `User:src-${source}`,
    topicPrefix,
    historyTopic: `_history.${source}`,
    offsetsTopic: `_offsets.${source}`,
    signalTopic: `_signal.${source}`,
    notificationTopic: `_notification.${source}`,
    heartbeatTopic: `__debezium-heartbeat.${topicPrefix}`,
    historyGroup: `${topicPrefix}-schemahistory`,
    signalGroup: `signal.${source}`,
    secretsFile: `src-${source}.properties`,
  };
}

/** The topic of one captured table. */
export function tableTopic({
  source,
  database,
  table,
}: {
  readonly source: string;
  readonly database: string;
  readonly table: string;
}): string {
  return `cdc.${source}.${database}.${table}`;
}
