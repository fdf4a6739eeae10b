/**
 * The schema registry (Apicurio) with its Confluent-compatible API: schemas in a file database,
 * three users with a role each, nothing but the health pages open, BACKWARD enforced.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BusError } from '../../../bus/base/errors.ts';
import type { CacheLayout } from '../cache/layout.ts';
import { VERSIONS } from '../cache/coordinates.ts';
import type { Home, Secrets } from '../home.ts';
import type { ProcessSpec } from '../process/supervised-process.ts';
import { basicAuth, fetchStatus } from './http.ts';
import { javaArguments } from './jvm.ts';
import { type Properties, writeProperties } from './properties.ts';

export type RegistrySetup = {
  readonly home: Home;
  readonly cache: CacheLayout;
  readonly secrets: Secrets;
  readonly port: number;
};

const COMPATIBILITY = 'BACKWARD';

export const REGISTRY_ROLES = {
  reader: 'sr-readonly',
  developer: 'sr-developer',
  operator: 'sr-admin',
} as const;
type RegistryUser = keyof typeof REGISTRY_ROLES;

export async function prepareRegistry(setup: RegistrySetup): Promise<ProcessSpec> {
  const { home, cache, port } = setup;
  await mkdir(home.data('registry'), { recursive: true, mode: 0o700 });
  const settings = home.secretFile('registry.properties');
  await writeProperties(settings, registryProperties(setup));
  const jar = `apicurio-registry-app-${VERSIONS['registry']}-runner.jar`;
  return {
    name: 'registry',
    command: 'java',
    args: javaArguments({
      heapMbMax: 384,
      options: ['-XX:TieredStopAtLevel=1', `-Dquarkus.config.locations=${settings}`],
      run: ['-jar', join(cache.registry, jar)],
    }),
    cwd: home.data('registry'),
    logFile: home.logFile('registry'),
    restart: 'always',
    health: async () => (await fetchStatus(`http://127.0.0.1:${port}/health/ready`)) === 200,
    address: `127.0.0.1:${port}`,
  };
}

/** Without this rule the registry checks nothing when a schema is registered. */
export async function enforceCompatibility({ secrets, port }: RegistrySetup): Promise<void> {
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7/config`;
  const authorization = basicAuth('operator', secrets['registry-operator']);
  const headers = { authorization, 'content-type': 'application/json' };
  const put = await fetch(url, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ compatibility: COMPATIBILITY }),
  });
  const answer = await fetch(url, { headers });
  const body = await answer.text();
  if (put.ok && answer.ok && body.includes(`"${COMPATIBILITY}"`)) return;
  throw new BusError('STACK_SERVICE_FAILED', {
    service: 'registry',
    why: `the rule ${COMPATIBILITY} was not accepted (${put.status}, then ${answer.status} ${body})`,
    logFile: '(its answer above)',
  });
}

function registryProperties({ home, secrets, port }: RegistrySetup): Properties {
  const users = Object.entries(REGISTRY_ROLES).flatMap(([user, role]) => [
    [
      `quarkus.security.users.embedded.users.${user}`,
      digest(user, secrets[`registry-${user as RegistryUser}`]),
    ],
    [`quarkus.security.users.embedded.roles.${user}`, role],
  ]);
  return {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    'apicurio.storage.kind': 'sql',
    'apicurio.storage.sql.kind': 'h2',
    'apicurio.datasource.url': `jdbc:h2:file:${join(home.data('registry'), 'registry')}`,
    'quarkus.http.auth.basic': true,
    'quarkus.security.users.embedded.enabled': true,
    'quarkus.security.users.embedded.plain-text': false,
    'quarkus.security.users.embedded.algorithm': 'digest-sha-256',
    'apicurio.auth.role-based-authorization': true,
    'quarkus.http.auth.permission.open.paths': '/health/*',
    'quarkus.http.auth.permission.open.policy': 'permit',
    'quarkus.http.auth.permission.all.paths': '/*',
    'quarkus.http.auth.permission.all.policy': 'authenticated',
    ...Object.fromEntries(users),
  };
}

/** The form in which the registry keeps a password; "Quarkus" is the name of its realm. */
function digest(user: string, password: string): string {
  return createHash('sha256').update(`${user}:Quarkus:${password}`).digest('hex');
}
