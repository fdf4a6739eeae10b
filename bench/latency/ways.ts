/**
 * The three ways of one change from the providers' server to the hub, each of which can be
 * started and stopped, so that only one of them is at work while it is measured.
 */
import { installOurs, type OursProcess, startOurs } from '../sides/ours.ts';
import {
  failedTrace,
  makePeerDatabase,
  PEER_SETTINGS,
  preparePeer,
  sinkConfig,
} from '../sides/jdbc-sink.ts';
import { checkReplica, startReplica, stopReplica } from '../sides/replica.ts';
import { REGISTER_DATABASE, RESIDENT_TOPIC } from '../register/department.ts';
import type { Site } from '../site.ts';
import { BusError } from '../../bus/base/errors.ts';
import { must } from '../../bus/base/assert.ts';

export const WAYS = ['ours', 'sink', 'replica'] as const;
export type WayName = (typeof WAYS)[number];

export type Way = {
  readonly name: WayName;
  /** Where its rows are read, with the database's name. */
  readonly table: string;
  /** Starts it, or lets it go on where it was stopped. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Throws BENCH_SIDE_FAILED when it has stopped by itself. */
  check(): Promise<void>;
};

export type OursWay = Way & { readonly pid: () => number };

/** All three, stopped. The register and its capture must be there. */
export async function prepareWays(
  site: Site,
): Promise<{ readonly ours: OursWay; readonly sink: Way; readonly replica: Way }> {
  return {
    ours: await oursWay(site),
    sink: await sinkWay(site),
    replica: {
      name: 'replica',
      table: `${REGISTER_DATABASE}.resident`,
      start: () => startReplica(site),
      stop: () => stopReplica(site),
      check: () => checkReplica(site),
    },
  };
}

async function oursWay(site: Site): Promise<OursWay> {
  const installed = await installOurs(site, 0);
  const { database, entity } = installed.view;
  let running: OursProcess | undefined;
  return {
    name: 'ours',
    table: `${database}.${entity.table}`,
    pid: () => must(running, 'our side runs').pid,
    async start() {
      running = startOurs(site, installed);
    },
    async stop() {
      await running?.end();
      running = undefined;
    },
    check: async () => running?.check(),
  };
}

async function sinkWay(site: Site): Promise<Way> {
  const name = 'bench-peer-latency';
  const database = 'bench_peer';
  await preparePeer(site, RESIDENT_TOPIC);
  await makePeerDatabase(site, database);
  const config = sinkConfig(site, { topic: RESIDENT_TOPIC, database, settings: PEER_SETTINGS });
  let isMade = false;
  return {
    name: 'sink',
    table: `${database}.resident`,
    async start() {
      if (isMade) await site.connect.resume(name);
      else await site.connect.applyConnector(name, config);
      isMade = true;
    },
    stop: () => site.connect.pause(name),
    async check() {
      const why = await failedTrace(site, name);
      const logs = `${site.endpoints.home}/logs`;
      if (why !== undefined) throw new BusError('BENCH_SIDE_FAILED', { side: 'sink', why, logs });
    },
  };
}
