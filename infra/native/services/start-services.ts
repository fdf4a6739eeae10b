/** Which service starts when: all side by side; only the worker waits, for its Kafka user. */
import type { CacheLayout } from '../cache/layout.ts';
import { type DatabaseName, DATABASES, type PortName } from '../endpoints.ts';
import type { Home, Secrets } from '../home.ts';
import type { Ports } from '../ports.ts';
import type { Supervisor } from '../process/supervisor.ts';
import { prepareConnect } from './connect-service.ts';
import { grantConnect } from './kafka-access.ts';
import { prepareKafka } from './kafka-service.ts';
import { prepareMariadb } from './mariadb-service.ts';
import { preparePostgres } from './postgres-service.ts';
import { enforceCompatibility, prepareRegistry } from './registry-service.ts';

export type ServicesSetup = {
  readonly home: Home;
  readonly cache: CacheLayout;
  readonly secrets: Secrets;
  readonly ports: Ports<PortName>;
  readonly jdbcSink: boolean;
};

/** The starts under way; the caller waits for all of them, and for the rest after a failure. */
export function startServices(supervisor: Supervisor, setup: ServicesSetup): Promise<void>[] {
  return [
    startKafkaThenConnect(supervisor, setup),
    startRegistry(supervisor, setup),
    ...DATABASES.map((name) => startDatabase(supervisor, setup, name)),
    startRegisters(supervisor, setup),
  ];
}

async function startKafkaThenConnect(supervisor: Supervisor, setup: ServicesSetup): Promise<void> {
  const { secrets, ports } = setup;
  const kafka = { clientPort: ports.kafka, controllerPort: ports['kafka-controller'] };
  await supervisor.superviseProcess(await prepareKafka({ ...setup, ...kafka }));
  await grantConnect({ port: ports.kafka, secrets });
  const connect = { port: ports.connect, brokerPort: ports.kafka };
  await supervisor.superviseProcess(await prepareConnect({ ...setup, ...connect }));
}

async function startRegistry(supervisor: Supervisor, setup: ServicesSetup): Promise<void> {
  const registry = { ...setup, port: setup.ports.registry };
  await supervisor.superviseProcess(await prepareRegistry(registry));
  await enforceCompatibility(registry);
}

async function startDatabase(
  supervisor: Supervisor,
  { home, cache, secrets, ports }: ServicesSetup,
  name: DatabaseName,
): Promise<void> {
  const rootPassword = secrets[`${name}-root`];
  const spec = await prepareMariadb({ name, home, cache, rootPassword, port: ports[name] });
  await supervisor.superviseProcess(spec);
}

async function startRegisters(
  supervisor: Supervisor,
  { home, cache, secrets, ports }: ServicesSetup,
): Promise<void> {
  const rootPassword = secrets['registers-root'];
  const setup = { name: 'registers', home, cache, rootPassword, port: ports.registers } as const;
  await supervisor.superviseProcess(await preparePostgres(setup));
}
