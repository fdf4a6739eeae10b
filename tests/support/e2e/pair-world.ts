/**
 * A city of property with three sharing pairs: sales to local tax (filter, tokens), units to housing
 * security (on PostgreSQL, in part masked) and projects to Xicheng (daily, with a cut-off some minutes
 * after the start); canaries in the departments' databases; two gateways; and people who keep
 * changing everything.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { localDate, localTime } from '../../../bus/agreement/calendar/calendar.ts';
import type { Lifetime } from '../../../bus/base/lifecycle.ts';
import { SUBSCRIPTION_TABLE } from '../../../bus/pair/subscriber/tables.ts';
import { contentIn } from '../../../cli/agreements/desk.ts';
import { PROJECT } from '../../e2e/live-city.ts';
import { type Canaries, newCanaries } from './canaries.ts';
import {
  appliedBy,
  Clerk,
  type Copy,
  makePlace,
  type OwnAgreement,
  supersededBy,
  untilState,
  writeAgreement,
} from './pair-city.ts';
import { plantCity, type PlantedCity } from './planted-city.ts';
import { type PropertyCity, startPropertyCity } from './property-city.ts';

export const PAIRS = {
  sales: 'housing-sales-to-local-tax',
  units: 'units-to-housing-security',
  projects: 'projects-to-xicheng',
} as const;
export const UNIT_FIELDS = [
  'unit_number',
  'project_number',
  { name: 'unit_building_number', mask: { method: 'partial', keep: 'first', count: 2 } },
  'unit_area',
] as const;

const TIME_ZONE = 'Asia/Shanghai';
const RATE = 40;
const STIR_MS = 400;
const SESSION_TIMEOUT = ['--session-timeout', '10'];
const UNITS = {
  name: PAIRS.units,
  subscriber: 'BJ-ZFB',
  resource: 'property/unit',
  rows: "row.unit_usage.startsWith('residential')",
  delivery: { mode: 'realtime', table: 'unit' },
} as const;

export class PairWorld {
  readonly city: PropertyCity;
  readonly clerk: Clerk;
  readonly canaries: Canaries;
  readonly copies = new Map<string, Copy>();
  cutoffMs = 0;
  #units: OwnAgreement | undefined;
  readonly #planted: PlantedCity;
  readonly #lifetime: Lifetime;

  private constructor(
    city: PropertyCity,
    lifetime: Lifetime,
    { canaries, planted }: { readonly canaries: Canaries; readonly planted: PlantedCity },
  ) {
    this.city = city;
    this.clerk = new Clerk(city);
    this.canaries = canaries;
    this.#planted = planted;
    this.#lifetime = lifetime;
  }

  static async start(lifetime: Lifetime): Promise<PairWorld> {
    const city = await startPropertyCity(lifetime, 'pair-kills');
    const canaries = newCanaries();
    const planted = await plantCity(city.departments, canaries);
    const world = new PairWorld(city, lifetime, { canaries, planted });
    await city.run('reconciler', 'reconciler');
    for (const name of ['gateway', 'gateway-2'])
      await city.run(name, 'gateway', ...SESSION_TIMEOUT);
    await world.#addPairs();
    return world;
  }

  copyOf(name: string): Copy {
    const copy = this.copies.get(name);
    if (!copy) throw new Error(`there is no copy of ${name}`);
    return copy;
  }

  /** How far all copies together have read their topics. */
  applied(): Promise<number> {
    return appliedBy([...this.copies.values()]);
  }

  /** End of the pair's topic, as readers of committed records see it. */
  async writtenTo(name: string): Promise<bigint> {
    const admin = await this.city.access.admin();
    const [end] = await admin.offsets([`pair.${this.copyOf(name).id}`]);
    return end?.end ?? 0n;
  }

  /** Of the copy that readers see; 0 before the first. */
  async generationOf(name: string): Promise<number> {
    const { database, id } = this.copyOf(name);
    const [row] = await database.query<{ generation: number }>(
      `SELECT generation FROM ${SUBSCRIPTION_TABLE} WHERE agreement_id = ?`,
      [id],
    );
    return row?.generation ?? 0;
  }

  /** The departments work, and the canaries move, until `stop`, which answers how much was done. */
  work(seed: number): { stop(): Promise<number> } {
    const over = new AbortController();
    const { signal } = over;
    const working = this.city.letWork({ seed, ratePerSecond: RATE, signal });
    working.catch(() => {});
    const stirring = this.#stirUntil(signal);
    stirring.catch(() => {});
    this.#lifetime.defer('canaries', () => over.abort());
    return {
      async stop() {
        over.abort();
        await stirring;
        return (await working).transactions;
      },
    };
  }

  /** Version 1.1.0 of the pair of units delivers a field more. */
  async renewUnits(): Promise<void> {
    if (!this.#units) throw new Error('units are not shared yet');
    const next = await writeAgreement(this.city.home, {
      ...UNITS,
      id: this.#units.id,
      version: '1.1.0',
      supersedes: await supersededBy(this.#units),
      fields: [...UNIT_FIELDS, 'unit_floor'],
    });
    await this.clerk.conclude(next);
    await untilState(this.city, next, 'active');
  }

  async #stirUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#planted.stir();
      await sleep(STIR_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #addPairs(): Promise<void> {
    const { home } = this.city;
    await this.#subscribe(await salesAgreement(), 'subscribers', 'subscriber-sales');
    const beganMs = Date.now();
    this.#units = await writeAgreement(home, { ...UNITS, version: '1.0.0', fields: UNIT_FIELDS });
    await this.#subscribe(this.#units, 'registers', 'subscriber-units');
    // Late enough for the daily pair to have its copy by then, however busy the machine is.
    const inMs = 90_000 + 2 * (Date.now() - beganMs);
    this.cutoffMs = Math.ceil((Date.now() + inMs) / 60_000) * 60_000;
    const projects = await writeAgreement(home, {
      name: PAIRS.projects,
      version: '1.0.0',
      subscriber: 'BJ-XC',
      resource: 'property/project',
      fields: ['project_number', 'project_division', 'total_units', 'licensed_on'],
      rows: "row.project_division.startsWith('11')",
      delivery: {
        mode: 'daily',
        daily: { cutoff: timeOfDay(this.cutoffMs), timezone: TIME_ZONE },
        table: 'project',
      },
    });
    await this.#subscribe(projects, 'subscribers', 'subscriber-projects');
  }

  async #subscribe(
    agreement: OwnAgreement,
    server: 'subscribers' | 'registers',
    program: string,
  ): Promise<void> {
    await this.clerk.conclude(agreement);
    await untilState(this.city, agreement, 'active');
    const { copy, configFile } = await makePlace(this.city, agreement, server);
    this.copies.set(agreement.name, copy);
    const args = ['--config', configFile, ...SESSION_TIMEOUT];
    await this.city.run(program, 'subscriber', ...args);
  }
}

/** As it comes with civicbus. */
async function salesAgreement(): Promise<OwnAgreement> {
  const file = join(PROJECT, 'agreements', PAIRS.sales, 'agreement.yaml');
  const { id, name, version, subscriber, delivery } = await contentIn(file);
  return { id, name, version, file, subscriber: subscriber.orgId, delivery };
}

function timeOfDay(atMs: number): string {
  const day = localDate(atMs, TIME_ZONE);
  const midnight = localTime({ date: day, time: '00:00', timeZone: TIME_ZONE });
  const minutes = Math.round((atMs - midnight) / 60_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
