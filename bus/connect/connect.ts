/**
 * The Kafka Connect port. Throws CONNECT_UNREACHABLE (retry), CONNECT_UNAUTHORIZED,
 * CONNECT_REBALANCING (retry) or CONNECT_REFUSED with the worker's own sentence.
 */

export type ConnectorConfig = Readonly<Record<string, string>>;

export type ConnectorState =
  | 'running'
  | 'paused'
  | 'stopped'
  | 'failed'
  | 'unassigned'
  | 'restarting';

export type ConnectorStatus = {
  readonly name: string;
  readonly state: ConnectorState;
  readonly tasks: readonly {
    readonly id: number;
    readonly state: ConnectorState;
    readonly trace?: string;
  }[];
};

export type ConfigProblem = { readonly field: string; readonly message: string };

export interface ConnectCluster {
  /** Creates the connector or replaces its config. Applying the same config twice changes nothing. */
  applyConnector(
    name: string,
    config: ConnectorConfig,
  ): Promise<'created' | 'updated' | 'unchanged'>;
  /** All problems the worker finds in `config`, in the worker's order; an empty list means valid. */
  validateConnector(config: ConnectorConfig): Promise<readonly ConfigProblem[]>;
  /** undefined when there is no such connector. */
  configOf(name: string): Promise<ConnectorConfig | undefined>;
  /** undefined when there is no such connector. */
  statusOf(name: string): Promise<ConnectorStatus | undefined>;
  list(): Promise<ConnectorStatus[]>;
  /** Source offsets as committed, one entry per source partition. */
  offsetsOf(
    name: string,
  ): Promise<readonly { readonly partition: unknown; readonly offset: unknown }[]>;
  restart(name: string, what: 'all' | 'failed'): Promise<void>;
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  delete(name: string): Promise<void>;
}
