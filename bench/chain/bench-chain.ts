/**
 * `bench chain`: how long a department's committed change takes until a subscriber sees it in its own
 * database, through everything that lies between: capture, the view's consumer, the hub, its capture,
 * the gateway, the subscriber. Beside it, of other changes in turns, the share until the hub's reader
 * sees it. The whole chain is at work in both. In the end both tables must be the department's.
 */
import type { RunSettings } from '../latency/figures.ts';
import { captureViews } from '../hub-capture.ts';
import { databaseSettings } from '../database-settings.ts';
import { createNumbers, oneAtATime, type Probe, underLoad } from '../latency/probe.ts';
import { makeRegister, startCapture } from '../register/department.ts';
import { digestOf, sameRows } from '../register/digest.ts';
import { residents } from '../register/register.ts';
import { insertResidents } from '../register/write-register.ts';
import { reportHead } from '../report.ts';
import { installOurs, startOurs } from '../sides/ours.ts';
import type { Site } from '../site.ts';
import { isBusError } from '../../bus/base/errors.ts';
import { waitFor } from '../../bus/base/retry.ts';
import { openDatabase } from '../../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { makeCopy, type Member, startGatewayProcess, startSubscriberProcess } from './members.ts';
import { deployPair } from './pair.ts';
import {
  chainReport,
  type ChainReport,
  type ChainSamples,
  type PlaceName,
  PLACES,
} from './report.ts';

/** `warmUp`: changes one at a time before everything, not counted. */
export type ChainOptions = RunSettings & {
  readonly onStep?: (what: string) => void;
};

type Chain = {
  readonly site: Site;
  readonly options: ChainOptions;
  readonly register: SqlDatabase;
  readonly idNumbers: readonly string[];
  readonly places: Readonly<Record<PlaceName, Pick<Probe, 'hub' | 'table'>>>;
  readonly check: () => void;
  end(): Promise<void>;
};

export async function benchChain(site: Site, given: ChainOptions): Promise<ChainReport> {
  const { onStep = () => {}, ...asked } = given;
  const rows = Math.max(asked.residents, asked.perSecond * asked.seconds);
  const options = { ...asked, residents: rows };
  onStep(`starting the chain with ${rows} residents`);
  const chain = await startChain(site, options);
  try {
    const samples = await measure(chain, onStep);
    const rowsEqual = await isEqual(chain);
    const database = await databaseSettings(site.sql.hub);
    const settings = { ...options, database };
    return chainReport({ ...reportHead('chain', site), settings, rowsEqual }, samples);
  } finally {
    await chain.end();
  }
}

async function startChain(site: Site, options: ChainOptions): Promise<Chain> {
  const register = await makeRegister(site);
  await insertResidents(register, options);
  await startCapture(site);
  const installed = await installOurs(site, 0);
  const { view } = installed;
  await captureViews(site, [view]);
  const deployed = await deployPair(site, view);
  const copy = await makeCopy(site);
  const hub = openDatabase(await site.targetOf('hub'), { connectionsMax: 1 });
  const consumer = startOurs(site, installed);
  const gateway = startGatewayProcess(site, deployed);
  const subscriber = startSubscriberProcess(site, deployed, copy);
  const members: readonly Pick<Member, 'check' | 'end'>[] = [consumer, gateway, subscriber];
  return {
    site,
    options,
    register,
    idNumbers: residents(options, 0, options.residents).map((row) => String(row.id_number)),
    places: {
      hub: { hub, table: `${view.database}.${view.entity.table}` },
      subscriber: { hub: copy.reader, table: copy.table },
    },
    check: () => members.forEach((member) => member.check()),
    async end() {
      await Promise.all(members.map((member) => member.end()));
      await Promise.all([hub.close(), copy.reader.close()]);
    },
  };
}

async function measure(chain: Chain, onStep: (what: string) => void): Promise<ChainSamples[]> {
  const { options } = chain;
  const numbers = createNumbers();
  const samples: ChainSamples[] = [];
  onStep('waiting for the first change at the subscriber');
  for (const place of PLACES)
    await oneAtATime(probeOf(chain, place), { numbers, changes: options.warmUp });
  const order = [...PLACES];
  for (let round = 1; round <= options.rounds; round++) {
    for (const place of order) {
      const probe = probeOf(chain, place);
      const single = await oneAtATime(probe, { numbers, changes: options.singles });
      const { timed: load } = await underLoad(probe, { numbers, ...options });
      samples.push({ place, round, single, load });
      onStep(`round ${round}: until the ${place} measured`);
    }
    // Which comes first changes from round to round.
    order.push(...order.splice(0, 1));
  }
  return samples;
}

function probeOf({ site, register, idNumbers, places, check }: Chain, place: PlaceName): Probe {
  return {
    providers: register,
    ...places[place],
    idNumbers,
    check: () => Promise.resolve(check()),
    signal: site.signal,
  };
}

const EQUAL_TIMEOUT_MS = 60_000;

/** Changes that were measured at the hub only may still be on their way. */
async function isEqual({ site, register, places }: Chain): Promise<boolean> {
  const source = await digestOf(register, 'resident');
  const look = async () => {
    for (const { hub, table } of Object.values(places))
      if (!sameRows(source, await digestOf(hub, table))) return false;
    return true;
  };
  const what = 'all rows to be equal';
  const options = { what, timeoutMs: EQUAL_TIMEOUT_MS, intervalMs: 200, signal: site.signal };
  return waitFor(look, options).catch((error: unknown) => {
    if (isBusError(error, 'BUS_TIMEOUT')) return false;
    throw error;
  });
}
