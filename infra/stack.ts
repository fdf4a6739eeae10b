/**
 * The port to the real stack: Kafka, Connect, registry and databases, however they are run.
 * `native` runs jars and server binaries; another driver may run containers. Everything else
 * learns addresses and credentials from `StackEndpoints` alone.
 */

export type ServiceName =
  | 'kafka'
  | 'connect'
  | 'registry'
  | 'providers'
  | 'hub'
  | 'subscribers'
  | 'registers';

export type ServiceState =
  | 'absent'
  | 'preparing'
  | 'starting'
  | 'healthy'
  | 'restarting'
  | 'failed'
  | 'stopped';

export type ServiceStatus = {
  /** A `ServiceName`, or the name of a program that is supervised beside the services. */
  readonly name: string;
  readonly state: ServiceState;
  readonly pid?: number;
  readonly address?: string;
  readonly restarts: number;
  readonly logFile?: string;
  readonly detail?: string;
};

/** A user whose password is in `passwordFile` (mode 0600). */
export type Login = { readonly user: string; readonly passwordFile: string };

export type DatabaseEndpoint = {
  readonly host: string;
  readonly port: number;
  readonly root: Login;
};

/** Written as JSON to `<home>/endpoints.json`; holds file names of secrets, never secrets. */
export type StackEndpoints = {
  readonly version: 1;
  /** The folder of this stack's data, logs and secrets. */
  readonly home: string;
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly mechanism: 'scram-sha-512';
    /** Super user, for apply and doctor only. */
    readonly admin: Login;
  };
  readonly connect: {
    readonly url: string;
    readonly login: Login;
    /** Folder whose files connectors may read through ${file:…}. */
    readonly secretsFolder: string;
    readonly groupId: string;
  };
  readonly registry: {
    /** Base of the Confluent-compatible API (…/apis/ccompat/v7). */
    readonly url: string;
    /** Base of the native API that the Avro converter speaks (…/apis/registry/v2). */
    readonly nativeUrl: string;
    readonly reader: Login;
    readonly developer: Login;
    readonly operator: Login;
  };
  readonly databases: Readonly<Record<'providers' | 'hub' | 'subscribers', DatabaseEndpoint>>;
  /** Servers that speak PostgreSQL; `registers` is that of departments that keep theirs on it. */
  readonly postgres: Readonly<Record<'registers', DatabaseEndpoint>>;
  /** Where agreements are kept on the hub, if not in civicbus_control: on a shared server each test has its own. */
  readonly controlDatabase?: string;
};

export interface Stack {
  /**
   * Brings every service up side by side and resolves when all are healthy. Services that die
   * are restarted until `down`. Refuses with STACK_RUNNING when this home is already up.
   */
  up(options?: {
    readonly fresh?: boolean;
    readonly onProgress?: (status: ServiceStatus) => void;
  }): Promise<StackEndpoints>;
  /** Stops every service in dependency order and leaves no process behind. Data stays. */
  down(): Promise<void>;
  status(): Promise<readonly ServiceStatus[]>;
  /** The last `lines` lines of a service's log. */
  logs(service: string, lines: number): Promise<string>;
  endpoints(): Promise<StackEndpoints>;
}
