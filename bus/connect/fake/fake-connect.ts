/**
 * An in-memory Connect cluster for logic tests. It passes the same contract suite as the REST
 * adapter; what workers do on their own (failing, being unreachable) is driven by the test.
 */
import { BusError } from '../../base/errors.ts';
import { sameConfig } from '../config.ts';
import type {
  ConfigProblem,
  ConnectCluster,
  ConnectorConfig,
  ConnectorState,
  ConnectorStatus,
} from '../connect.ts';

export type FakeConnect = {
  readonly cluster: ConnectCluster;
  /** Sets the state of a connector and all its tasks, with a trace where tasks failed. */
  setState(name: string, state: ConnectorState, trace?: string): void;
  setOffsets(name: string, offsets: readonly FakeOffset[]): void;
  /** From now on every call is refused as by a worker that is down; undefined ends it. */
  failWith(error: BusError | undefined): void;
  /** What was done, oldest first ("create a", "restart a failed"). */
  readonly calls: readonly string[];
};

type FakeOffset = { readonly partition: unknown; readonly offset: unknown };

type Connector = {
  config: ConnectorConfig;
  state: ConnectorState;
  trace?: string | undefined;
  offsets: readonly FakeOffset[];
};

export type FakeConnectOptions = {
  /** Plugins that the worker has; by default any class is accepted. */
  readonly plugins?: readonly string[];
  readonly validate?: (config: ConnectorConfig) => readonly ConfigProblem[];
};

export function createFakeConnect(options: FakeConnectOptions = {}): FakeConnect {
  const connectors = new Map<string, Connector>();
  const calls: string[] = [];
  let failure: BusError | undefined;

  const entry = (name: string): Connector => {
    const found = connectors.get(name);
    if (found === undefined) throw new BusError('CONNECT_NO_CONNECTOR', { name });
    return found;
  };
  const move = (name: string, verb: string, state: ConnectorState) => {
    Object.assign(entry(name), { state, trace: undefined });
    calls.push(`${verb} ${name}`);
  };
  const problemsOf = (config: ConnectorConfig) => problems(options, config);

  const cluster: ConnectCluster = {
    async applyConnector(name, config) {
      const before = connectors.get(name);
      if (before && sameConfig(before.config, config)) return 'unchanged';
      const [problem] = problemsOf(config);
      if (problem) throw refused(name, problem.message);
      calls.push(`${before ? 'change' : 'create'} ${name}`);
      const kept = before ?? { state: 'running' as const, offsets: [] };
      connectors.set(name, { ...kept, config: { ...config, name } });
      return before ? 'updated' : 'created';
    },
    validateConnector: async (config) => problemsOf(config),
    configOf: async (name) => connectors.get(name)?.config,
    statusOf: async (name) => statusOf(name, connectors.get(name)),
    list: async () => [...connectors].flatMap(([name, one]) => statusOf(name, one) ?? []),
    offsetsOf: async (name) => entry(name).offsets,
    async restart(name, what) {
      const connector = entry(name);
      calls.push(`restart ${name} ${what}`);
      if (what === 'all' || connector.state === 'failed') {
        Object.assign(connector, { state: 'running', trace: undefined });
      }
    },
    pause: async (name) => move(name, 'pause', 'paused'),
    resume: async (name) => move(name, 'resume', 'running'),
    stop: async (name) => move(name, 'stop', 'stopped'),
    async delete(name) {
      if (connectors.delete(name)) calls.push(`delete ${name}`);
    },
  };

  return {
    cluster: guarded(cluster, () => failure),
    calls,
    setState(name, state, trace) {
      Object.assign(entry(name), { state, trace });
    },
    setOffsets(name, offsets) {
      entry(name).offsets = offsets;
    },
    failWith(error) {
      failure = error;
    },
  };
}

/** A stopped connector has no tasks. */
function statusOf(name: string, connector: Connector | undefined): ConnectorStatus | undefined {
  if (connector === undefined) return undefined;
  const { state, trace, config } = connector;
  const count = state === 'stopped' ? 0 : Number(config['tasks.max'] ?? 1);
  const tasks = Array.from({ length: count }, (_, id) => ({
    id,
    state,
    ...(trace === undefined ? {} : { trace }),
  }));
  return { name, state, tasks };
}

function problems(options: FakeConnectOptions, config: ConnectorConfig): readonly ConfigProblem[] {
  const kind = config['connector.class'] ?? '';
  const field = 'connector.class';
  if (kind === '') return [{ field, message: 'connector.class is missing.' }];
  if (options.plugins?.includes(kind) === false) {
    return [{ field, message: `The worker has no plugin ${kind}.` }];
  }
  return options.validate?.(config) ?? [];
}

function refused(name: string, why: string): BusError {
  return new BusError('CONNECT_REFUSED', { what: `create connector ${name}`, status: 400, why });
}

/** Every call first meets the failure that was set. */
function guarded(cluster: ConnectCluster, failure: () => BusError | undefined): ConnectCluster {
  return new Proxy(cluster, {
    get(target, key: keyof ConnectCluster) {
      const error = failure();
      return error === undefined ? target[key] : () => Promise.reject(error);
    },
  });
}
