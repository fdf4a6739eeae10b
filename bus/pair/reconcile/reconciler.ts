/**
 * Keeps the bus as the agreements say, for ever: takes rights away within a second of a decision,
 * deploys what was filed, brings about what is due, publishes what happened, repairs what was
 * changed by hand and notes it. Every part may be away: its work is told once, skipped and tried
 * again. Never throws after it was started.
 */
import { type Clock, systemClock } from '../../base/clock.ts';
import { BusError, isBusError, messageOf, problemLine, ProblemsError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { pairNames } from '../../agreement/agreement.ts';
import { readAcls } from '../access.ts';
import { type DriftNote, driftNotes } from './drift.ts';
import { type DueLine, type DueTransition, dueTransitions } from './due.ts';
import {
  applyPairs,
  type PairPorts,
  type PairsPlan,
  planPairs,
  type PlanPairsOptions,
} from './plan-pairs.ts';
import type { PurgeProof, PurgeReceipts } from './purge.ts';
import { mayRead } from './standing.ts';
import { Trust } from './trust.ts';
import {
  type CompiledLine,
  type ControlView,
  type Wanted,
  wantedOf,
  type WantedOptions,
} from './wanted.ts';

/** How often the control database is asked whether anything was decided. */
export const POLL_MS = 250;
/** How often rights are compared although nothing was decided. */
export const RIGHTS_EVERY_MS = 5_000;
/** The same for everything. */
export const ALL_EVERY_MS = 15_000;
/** How often receipts are read while a copy is being purged. */
export const RECEIPTS_EVERY_MS = 3_000;
/** How soon what failed is tried again. */
export const AGAIN_AFTER_MS = 1_000;

export type ReconcilerControl = Pick<PairPorts, 'putDeployment'> & {
  /** Grows with every event and deployment. */
  version(): Promise<bigint>;
  read(): Promise<ControlView>;
  /** Everything in which an agreement differs from what was signed. */
  faultsOf(agreementId: string): Promise<readonly string[]>;
  /** Takes the event in, signed by the bus; refused when its guards do not hold. */
  bringAbout(due: DueTransition): Promise<void>;
  /** Closes an agreement whose copy is gone. */
  confirmPurge(proof: PurgeProof): Promise<void>;
  /** Brings events that are not yet on the lifecycle topic there; answers how many. */
  publish(): Promise<number>;
  noteDrift(notes: readonly DriftNote[]): Promise<void>;
};

export type ReconcilerOptions = {
  readonly control: ReconcilerControl;
  readonly ports: Omit<PairPorts, 'putDeployment'>;
  readonly wanted: WantedOptions;
  readonly plan: Pick<PlanPairsOptions, 'secretsFolder' | 'replication' | 'gateway'>;
  /** Receipts of these versions, which are being purged. */
  readonly purgeReceipts: (lines: readonly DueLine[]) => Promise<PurgeReceipts>;
  readonly log: Log;
  readonly clock?: Clock;
  readonly renewalGraceMs?: number;
};

export type ReconcilerFigures = {
  readonly pairs: number;
  readonly deployed: number;
  readonly transitions: number;
  readonly drift: number;
  readonly problems: number;
};

type Seen = { readonly version: bigint; readonly view: ControlView; readonly wanted: Wanted };
const SCOPES = ['rights', 'all'] as const;
type Scope = (typeof SCOPES)[number];

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #clock: Clock;
  readonly #trust: Trust;
  readonly #compiled = new Map<string, CompiledLine>();
  /** Agreements whose subscriber may read, as was last carried out. */
  #readers: ReadonlySet<string> = new Set();
  #seen: Seen | undefined;
  /** When each comparison has to be done again, if its wishes stay the same. */
  readonly #next = new Map<Scope, { readonly atMs: number; readonly wanted: Wanted }>();
  /** Wishes that were once fulfilled whole: what differs from them later was changed by hand. */
  readonly #settled = new Map<Scope, string>();
  /** The wishes that were fulfilled at the last comparison. */
  readonly #right = new Map<Scope, Wanted>();
  #receiptsAtMs = 0;
  /** Transitions that were refused, and when they are tried again. */
  readonly #refused = new Map<string, number>();
  /** What each part said last, so that a lasting failure is told once. */
  readonly #trouble = new Map<string, string>();
  readonly #figures = { deployed: 0, transitions: 0, drift: 0 };

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#trust = new Trust((agreementId) => options.control.faultsOf(agreementId));
  }

  get figures(): ReconcilerFigures {
    const { pairs = [], problems = [] } = this.#seen?.wanted ?? {};
    return { ...this.#figures, pairs: pairs.length, problems: problems.length };
  }

  /** Works until `signal` fires; resolves then. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.tick();
      await this.#clock.sleep(POLL_MS, signal).catch((error: unknown) => {
        if (!isBusError(error, 'BUS_ABORTED')) throw error;
      });
    }
  }

  /** Whether the bus is as the agreements say, as far as was last read. */
  get isSettled(): boolean {
    const wanted = this.#seen?.wanted;
    return wanted !== undefined && SCOPES.every((scope) => this.#right.get(scope) === wanted);
  }

  /** One round. */
  async tick(): Promise<void> {
    await this.#attempt('control', () => this.#look());
    const seen = this.#seen;
    if (!seen) return;
    await this.#attempt('revoke', () => this.#revoke(seen.wanted));
    await this.#attempt('rights', () => this.#compare('rights', seen.wanted));
    await this.#attempt('pairs', () => this.#compare('all', seen.wanted));
    await this.#attempt('clock', () => this.#bringAbout(seen));
    await this.#attempt('receipts', () => this.#confirmPurges(seen.view));
    await this.#attempt('lifecycle', async () => void (await this.#options.control.publish()));
  }

  /** Reads the control database when it has changed. */
  async #look(): Promise<void> {
    const { control, wanted: options, log } = this.#options;
    const version = await control.version();
    if (this.#seen?.version === version) return;
    // Read after the version was: what changes in between is seen again at the next look.
    const read = await control.read();
    const view = { ...read, faults: await this.#trust.faultsOf(read.lines) };
    const wanted = wantedOf(view, { ...options, compiled: this.#compiled });
    const told = wanted.problems.map(problemLine);
    const before = new Set(this.#seen?.wanted.problems.map(problemLine));
    for (const problem of told.filter((line) => !before.has(line))) {
      log.error({ problem }, 'an agreement cannot be deployed');
    }
    this.#seen = { version, view, wanted };
  }

  /** The one thing that cannot wait until everything is listed and compared. */
  async #revoke({ pairs }: Wanted): Promise<void> {
    const readers = new Set(
      pairs.flatMap(({ agreementId, standing }) => (mayRead(standing) ? [agreementId] : [])),
    );
    const lost = [...this.#readers].filter((agreementId) => !readers.has(agreementId));
    if (lost.length > 0) {
      await this.#options.ports.admin.deleteAcls(lost.flatMap((id) => readAcls(pairNames(id))));
      this.#options.log.info({ agreements: lost }, 'may not read any more');
    }
    this.#readers = readers;
  }

  async #compare(scope: Scope, wanted: Wanted): Promise<void> {
    const now = this.#clock.now();
    const next = this.#next.get(scope);
    if (next?.wanted === wanted && now < next.atMs) return;
    this.#next.set(scope, { atMs: now + AGAIN_AFTER_MS, wanted });
    this.#right.delete(scope);
    const { ports, plan: options } = this.#options;
    const plan = await planPairs(wanted, ports, { ...options, onlyRights: scope === 'rights' });
    await this.#carryOut(scope, { plan, wish: wishOf(wanted) });
    this.#right.set(scope, wanted);
    const everyMs = scope === 'rights' ? RIGHTS_EVERY_MS : ALL_EVERY_MS;
    this.#next.set(scope, { atMs: now + everyMs, wanted });
  }

  /** Throws the first failure after everything that can be done was. */
  async #carryOut(
    scope: Scope,
    { plan, wish }: { readonly plan: PairsPlan; readonly wish: string },
  ): Promise<void> {
    const { control, ports, log } = this.#options;
    const drift = this.#settled.get(scope) === wish ? driftNotes(plan.broker.steps) : [];
    const report = await applyPairs(plan, {
      ...ports,
      putDeployment: (one) => control.putDeployment(one),
    });
    for (const note of drift) log.warn(note, 'drift was repaired');
    for (const { step, outcome } of report.steps) {
      if (outcome !== 'done') continue;
      log.info({ action: step.action, kind: step.kind, subject: step.name }, 'step done');
    }
    for (const { agreementId, version, generation } of report.deployed) {
      log.info({ agreement: agreementId, version, generation }, 'pair deployed');
    }
    this.#figures.deployed += report.deployed.length;
    this.#figures.drift += drift.length;
    if (drift.length > 0) await control.noteDrift(drift);
    if (report.failures.length > 0) throw report.failures[0];
    this.#settled.set(scope, wish);
    const { refusals } = plan.broker;
    if (refusals.length > 0) throw new ProblemsError(refusals.map(problemLine).join(' '), refusals);
  }

  /** What is to come into force is deployed as it should be, its generation included. */
  async #bringAbout({ view: { lines: all, faults = NO_FAULTS }, wanted }: Seen): Promise<void> {
    const { control, log, renewalGraceMs } = this.#options;
    const nowMs = this.#clock.now();
    const lines = all.filter(({ agreementId }) => !faults.has(agreementId));
    const unready = new Set(wanted.deployments.map(({ agreementId }) => agreementId));
    const due = dueTransitions(lines, {
      nowMs,
      ...(renewalGraceMs === undefined ? {} : { renewalGraceMs }),
    });
    for (const one of due) {
      const part = `${one.verb} ${one.name} ${one.version}`;
      if (one.verb === 'activate' && unready.has(one.agreementId)) continue;
      if (nowMs < (this.#refused.get(part) ?? 0)) continue;
      await this.#attempt(part, async () => {
        this.#refused.set(part, nowMs + AGAIN_AFTER_MS);
        await control.bringAbout(one);
        this.#refused.delete(part);
        this.#figures.transitions++;
        log.info({ ...one }, 'brought about');
      });
    }
  }

  async #confirmPurges({ lines }: ControlView): Promise<void> {
    const { control, purgeReceipts, log } = this.#options;
    const purging = lines.filter(({ state }) => state === 'purging');
    const now = this.#clock.now();
    if (purging.length === 0 || now < this.#receiptsAtMs) return;
    this.#receiptsAtMs = now + RECEIPTS_EVERY_MS;
    const { proofs, faults } = await purgeReceipts(purging);
    for (const proof of proofs) {
      await this.#attempt(`receipt of ${proof.agreementId}`, async () => {
        await control.confirmPurge(proof);
        this.#figures.transitions++;
        log.info({ agreement: proof.agreementId }, 'the copy is gone; closed');
      });
    }
    for (const { agreementId, why } of faults) {
      await this.#attempt(`receipt of ${agreementId}`, () =>
        Promise.reject(new BusError('PAIR_RECEIPT_REFUSED', { id: agreementId, why })),
      );
    }
  }

  /** Does `work`; a failure is told when it begins and when it ends. */
  async #attempt(part: string, work: () => Promise<void>): Promise<void> {
    const { log } = this.#options;
    try {
      await work();
      if (this.#trouble.delete(part)) log.info({ part }, 'goes on');
    } catch (error) {
      const message = messageOf(error);
      if (this.#trouble.get(part) !== message) log.warn({ part, error: message }, 'tried again');
      this.#trouble.set(part, message);
    }
  }
}

/** One text for one set of wishes about the broker; deployments are compared by themselves. */
function wishOf({ pairs }: Wanted): string {
  const known = WISHES.get(pairs);
  if (known !== undefined) return known;
  const wish = JSON.stringify(
    pairs.map(({ agreementId, standing, pair }) => [
      agreementId,
      standing,
      pair?.topic,
      pair?.receiptTopic,
      pair?.resource.topic,
    ]),
  );
  WISHES.set(pairs, wish);
  return wish;
}

const NO_FAULTS: ReadonlyMap<string, readonly string[]> = new Map();
const WISHES = new WeakMap<Wanted['pairs'], string>();
