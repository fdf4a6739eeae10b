/** The ConnectCluster of the port over the workers' REST interface. */
import { BusError, isBusError } from '../../base/errors.ts';
import { sameConfig } from '../config.ts';
import type { ConfigProblem, ConnectCluster, ConnectorConfig } from '../connect.ts';
import { CONFIG, OFFSETS, read, STATUS, STATUS_LIST, VALIDATION } from './answers.ts';
import { type ConnectSettings, createRequest, type Request } from './http.ts';

export type { ConnectSettings } from './http.ts';

/** Opens nothing by itself: every call is a request of its own. */
export function createConnectCluster(settings: ConnectSettings): ConnectCluster {
  const request = createRequest(settings);
  return { ...reading(request), ...changing(request) };
}

const at = (name: string, rest = '') => `/connectors/${encodeURIComponent(name)}${rest}`;

function reading(request: Request) {
  return {
    configOf: (name) => configOf(request, name),
    async statusOf(name) {
      const what = `read the state of connector ${name}`;
      const answer = await request({ path: at(name, '/status'), what });
      return answer === undefined ? undefined : read(STATUS, answer, what);
    },
    async list() {
      const what = 'list the connectors';
      return read(STATUS_LIST, await request({ path: '/connectors?expand=status', what }), what);
    },
    async offsetsOf(name) {
      const what = `read the offsets of connector ${name}`;
      const answer = await request({ path: at(name, '/offsets'), what });
      return read(OFFSETS, there(answer, name), what);
    },
    validateConnector: (config) => validate(request, config),
  } satisfies Partial<ConnectCluster>;
}

async function configOf(request: Request, name: string): Promise<ConnectorConfig | undefined> {
  const what = `read the config of connector ${name}`;
  const answer = await request({ path: at(name, '/config'), what });
  return answer === undefined ? undefined : read(CONFIG, answer, what);
}

/** The worker misses the name of a nameless config; a stand-in keeps that out of the list. */
async function validate(request: Request, config: ConnectorConfig) {
  const what = 'validate a connector';
  const kind = config['connector.class'] ?? '';
  if (kind === '') return [classProblem('connector.class is missing.')];
  try {
    const answer = await request({
      method: 'PUT',
      path: `/connector-plugins/${encodeURIComponent(kind)}/config/validate`,
      body: { name: 'validation', ...config },
      what,
    });
    return read(VALIDATION, answer, what);
  } catch (error) {
    // An unknown class is no finding of the worker's validation: it fails with 500.
    if (!isBusError(error, 'CONNECT_REFUSED') || !UNKNOWN_CLASS.test(error.message)) throw error;
    return [classProblem(`The worker has no plugin ${kind}.`)];
  }
}

const UNKNOWN_CLASS = /failed to find any class/i;

function classProblem(message: string): ConfigProblem {
  return { field: 'connector.class', message };
}

function changing(request: Request) {
  const command = async (name: string, verb: string, ask: Parameters<Request>[0]) => {
    const known = await configOf(request, name);
    there(known, name);
    await request({ ...ask, what: `${verb} connector ${name}` });
  };
  return {
    async applyConnector(name, config) {
      const before = await configOf(request, name);
      if (before !== undefined && sameConfig(before, config)) return 'unchanged';
      const what = `${before === undefined ? 'create' : 'change'} connector ${name}`;
      await request({ method: 'PUT', path: at(name, '/config'), body: { ...config, name }, what });
      return before === undefined ? 'created' : 'updated';
    },
    restart: (name, what) =>
      command(name, 'restart', {
        method: 'POST',
        path: at(name, `/restart?includeTasks=true&onlyFailed=${what === 'failed'}`),
        what: '',
      }),
    pause: (name) => command(name, 'pause', { method: 'PUT', path: at(name, '/pause'), what: '' }),
    resume: (name) =>
      command(name, 'resume', { method: 'PUT', path: at(name, '/resume'), what: '' }),
    stop: (name) => command(name, 'stop', { method: 'PUT', path: at(name, '/stop'), what: '' }),
    async delete(name) {
      await request({ method: 'DELETE', path: at(name), what: `delete connector ${name}` });
    },
  } satisfies Partial<ConnectCluster>;
}

function there<T>(answer: T | undefined, name: string): T {
  if (answer === undefined) throw new BusError('CONNECT_NO_CONNECTOR', { name });
  return answer;
}
