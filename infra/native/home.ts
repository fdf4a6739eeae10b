/** The folder of one stack: who lies where, and its secrets, made once and kept until `fresh`. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import { newSecret, readSecretFile, writeSecretFile } from '../../bus/base/secrets.ts';
import { readJson, writeJson } from './files.ts';

const SECRETS = [
  'kafka-admin',
  'kafka-controller',
  'kafka-connect',
  'connect-ops',
  'registry-reader',
  'registry-developer',
  'registry-operator',
  'providers-root',
  'hub-root',
  'subscribers-root',
  'registers-root',
] as const;
export type SecretName = (typeof SECRETS)[number];
export type Secrets = Readonly<Record<SecretName, string>>;

export type Home = {
  readonly folder: string;
  readonly data: (service: string) => string;
  readonly logFile: (service: string) => string;
  readonly secretFile: (name: string) => string;
  /** The only folder whose files a connector may read. */
  readonly connectorSecrets: string;
  readonly stateFile: string;
  readonly endpointsFile: string;
  readonly portsFile: string;
  readonly lockFile: string;
};

const MARK = 'civicbus-home.json';

export function homeAt(path: string): Home {
  const folder = resolve(path);
  return {
    folder,
    data: (service) => join(folder, 'data', service),
    logFile: (service) => join(folder, 'logs', `${service}.log`),
    secretFile: (name) => join(folder, 'secrets', name),
    connectorSecrets: join(folder, 'secrets', 'connectors'),
    stateFile: join(folder, 'state.json'),
    endpointsFile: join(folder, 'endpoints.json'),
    portsFile: join(folder, 'ports.json'),
    lockFile: join(folder, 'supervisor.lock'),
  };
}

/**
 * Makes the folders. Refuses a folder that holds something else (STACK_HOME_FOREIGN); with
 * `fresh` the data, logs and secrets of an earlier stack are removed first.
 */
export async function prepareHome(
  home: Home,
  { fresh }: { readonly fresh: boolean },
): Promise<void> {
  await mkdir(home.folder, { recursive: true, mode: 0o700 });
  const entries = await readdir(home.folder);
  const ours = entries.includes(MARK);
  const harmless = entries.every((name) => name.startsWith('supervisor.'));
  if (!ours && !harmless) throw new BusError('STACK_HOME_FOREIGN', { home: home.folder });
  if (fresh) {
    const removed = ['data', 'logs', 'secrets', 'endpoints.json', 'state.json'];
    for (const name of removed) await rm(join(home.folder, name), { recursive: true, force: true });
  }
  await writeJson(join(home.folder, MARK), { version: 1 });
  for (const name of ['data', 'logs', 'secrets', 'secrets/connectors']) {
    await mkdir(join(home.folder, name), { recursive: true, mode: 0o700 });
  }
}

/** The passwords of this home; absent ones are made. */
export async function ensureSecrets(home: Home): Promise<Secrets> {
  const found = await Promise.all(
    SECRETS.map(async (name) => {
      const file = home.secretFile(name);
      if (!(await holdsSecret(file))) await writeSecretFile(file, `${newSecret()}\n`);
      return [name, await readSecretFile(file)] as const;
    }),
  );
  return Object.fromEntries(found) as Secrets;
}

async function holdsSecret(file: string): Promise<boolean> {
  try {
    return (await readSecretFile(file)) !== '';
  } catch (error) {
    if (error instanceof BusError && error.code === 'BUS_FILE_UNREADABLE') return false;
    throw error;
  }
}

/** A fact kept with the data of this home, e.g. the cluster id the broker was formatted with. */
export async function remember(home: Home, name: string, value: string): Promise<void> {
  await writeJson(join(home.data(''), `${name}.json`), { value });
}

export async function recall(home: Home, name: string): Promise<string | undefined> {
  const found = await readJson(join(home.data(''), `${name}.json`));
  const value = typeof found === 'object' && found !== null && 'value' in found ? found.value : '';
  return typeof value === 'string' && value !== '' ? value : undefined;
}
