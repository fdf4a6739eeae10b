/**
 * Ports that stay the same between starts. A remembered port is used again while it is free;
 * otherwise another is chosen and remembered. All lie below the kernel's range for outgoing
 * connections, so that a service that is restarted finds its own port still free.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { z } from 'zod';
import { BusError } from '../../bus/base/errors.ts';
import { readJson, writeJson } from './files.ts';

const LOWEST = 20_000;
const HIGHEST_DEFAULT = 32_000;
const TRIES_MAX = 200;
const HOST = '127.0.0.1';

const portsSchema = z.record(z.string(), z.number().int());
export type Ports<N extends string> = Readonly<Record<N, number>>;

export type PortRequest<N extends string> = {
  /** Where the choice is remembered. */
  readonly file: string;
  readonly names: readonly N[];
  /** Ports asked for by name: one that is taken is an error, never replaced. */
  readonly wanted?: Partial<Ports<N>>;
  readonly random?: () => number;
};

/** One free port per name. Throws STACK_PORT_TAKEN for a wanted port in use, STACK_NO_FREE_PORT. */
export async function choosePorts<N extends string>(request: PortRequest<N>): Promise<Ports<N>> {
  const remembered = portsSchema.safeParse(await readJson(request.file)).data ?? {};
  const below = await outgoingRangeStart();
  const chosen: Partial<Record<N, number>> = {};
  const used = () => new Set<number>(Object.values(chosen));
  for (const name of request.names) {
    const wanted = request.wanted?.[name];
    const known = remembered[name];
    if (wanted !== undefined) {
      if (!(await isFree(wanted))) {
        throw new BusError('STACK_PORT_TAKEN', { service: name, port: wanted });
      }
      chosen[name] = wanted;
    } else if (known !== undefined && !used().has(known) && (await isFree(known))) {
      chosen[name] = known;
    } else {
      chosen[name] = await freePort({ name, below, used: used(), random: request.random });
    }
  }
  await writeJson(request.file, chosen);
  return chosen as Ports<N>;
}

/** True when a listener on loopback can have `port` now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function freePort(options: {
  readonly name: string;
  readonly below: number;
  readonly used: ReadonlySet<number>;
  readonly random: (() => number) | undefined;
}): Promise<number> {
  const random = options.random ?? Math.random;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const port = LOWEST + Math.floor(random() * (options.below - LOWEST));
    if (!options.used.has(port) && (await isFree(port))) return port;
  }
  throw new BusError('STACK_NO_FREE_PORT', { service: options.name, tries: TRIES_MAX });
}

async function outgoingRangeStart(): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const start = Number(range.trim().split(/\s+/)[0]);
  return start > LOWEST + 1000 ? Math.min(start, HIGHEST_DEFAULT) : HIGHEST_DEFAULT;
}
