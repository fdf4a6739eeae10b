/** What the rest of the bus is told about a running stack, and the ports behind it. */
import type { DatabaseEndpoint, StackEndpoints } from '../stack.ts';
import type { Home, SecretName } from './home.ts';
import type { Ports } from './ports.ts';
import { CONNECT_GROUP, CONNECT_REST_USER } from './services/connect-service.ts';
import { POSTGRES_ROOT } from './services/postgres-service.ts';

export const DATABASES = ['providers', 'hub', 'subscribers'] as const;
export type DatabaseName = (typeof DATABASES)[number];

export const PORT_NAMES = [
  'kafka',
  'kafka-controller',
  'connect',
  'registry',
  ...DATABASES,
  'registers',
] as const;
export type PortName = (typeof PORT_NAMES)[number];

const HOST = '127.0.0.1';

export function endpointsOf(home: Home, ports: Ports<PortName>): StackEndpoints {
  const login = (user: string, secret: SecretName) => ({
    user,
    passwordFile: home.secretFile(secret),
  });
  const database = (name: DatabaseName): DatabaseEndpoint => ({
    host: HOST,
    port: ports[name],
    root: login('root', `${name}-root`),
  });
  const registers = {
    host: HOST,
    port: ports.registers,
    root: login(POSTGRES_ROOT, 'registers-root'),
  };
  const registry = `http://${HOST}:${ports.registry}`;
  return {
    version: 1,
    home: home.folder,
    kafka: {
      brokers: [`${HOST}:${ports.kafka}`],
      mechanism: 'scram-sha-512',
      admin: login('admin', 'kafka-admin'),
    },
    connect: {
      url: `http://${HOST}:${ports.connect}`,
      login: login(CONNECT_REST_USER, 'connect-ops'),
      secretsFolder: home.connectorSecrets,
      groupId: CONNECT_GROUP,
    },
    registry: {
      url: `${registry}/apis/ccompat/v7`,
      nativeUrl: `${registry}/apis/registry/v2`,
      reader: login('reader', 'registry-reader'),
      developer: login('developer', 'registry-developer'),
      operator: login('operator', 'registry-operator'),
    },
    databases: {
      providers: database('providers'),
      hub: database('hub'),
      subscribers: database('subscribers'),
    },
    postgres: { registers },
  };
}
