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

/** A view's own capture on the hub is a source of this name; no department's name begins so (load-source.ts). */
const VIEW_CAPTURE = 'view-';

/** The name of the source that captures a view's tables on the hub. */
export function captureOfView(view: string): string {
  return `${VIEW_CAPTURE}${view}`;
}

/** The view whose tables the source of this name captures; undefined for a department's. */
export function viewOfCapture(source: string): string | undefined {
  return source.startsWith(VIEW_CAPTURE) ? source.slice(VIEW_CAPTURE.length) : undefined;
}

export function sourceNames(source: string): SourceNames {
  const topicPrefix = topicPrefixOf(source);
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
  return `${topicPrefixOf(source)}.${database}.${table}`;
}

/** What departments recorded and what the hub made of it are told apart by the first word of a topic. */
function topicPrefixOf(source: string): string {
  const view = viewOfCapture(source);
  return view === undefined ? `cdc.${source}` : `view.${view}`;
}
