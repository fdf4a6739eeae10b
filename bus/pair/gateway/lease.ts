/**
 * What the gateway may deliver right now. The control database is read over and over; an answer
 * counts for a moment only, and cut off from it means stop. Whoever commits asks for each `pair` first:
 * so nothing is committed later than two seconds after a suspension, revocation or expiry. Nothing
 * is delivered either once what was delivered has not been archived for too long.
 */
import { type Clock, systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AgreementState } from '../../agreement/agreement.ts';
import type { CompiledPair } from '../pair.ts';

export type LeasedPair = {
  readonly pair: CompiledPair;
  readonly state: AgreementState;
  /** Grows with every whole copy that was asked for. */
  readonly request: number;
  readonly schemaIds: { readonly key: number; readonly value: number };
};

export type LeaseSnapshot = {
  /** Grows with every change of any agreement or deployment. */
  readonly version: bigint;
  readonly pairs: readonly LeasedPair[];
};

export interface LeaseSource {
  version(): Promise<bigint>;
  read(): Promise<LeaseSnapshot>;
  /**
   * For how long it has not been known that every delivery is archived, in ms. Left out where
   * deliveries are not archived at all.
   */
  archiveLagMs?(): Promise<number>;
}

export const LEASE = {
  pollMs: 200,
  /** An answer older than this permits nothing. */
  validMs: 1_200,
  /** How often it is asked how far the archive is. */
  archiveEveryMs: 1_000,
  /** An archive that is further behind stops delivery. */
  archiveLagMsMax: 600_000,
} as const;

export class Lease {
  readonly #source: LeaseSource;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #pollMs: number;
  readonly #archiveLagMsMax: number;
  #snapshot: LeaseSnapshot | undefined;
  /** Those of the snapshot, by agreement: they are asked for at every commit. */
  #pairs: ReadonlyMap<string, LeasedPair> = new Map();
  #readAt = 0;
  /** Every delivery before is archived. */
  #archivedUntil = Number.POSITIVE_INFINITY;
  #archiveAskedAt = Number.NEGATIVE_INFINITY;
  #isArchiveLate = false;

  constructor(
    source: LeaseSource,
    {
      log,
      clock = systemClock,
      pollMs = LEASE.pollMs,
      archiveLagMsMax = LEASE.archiveLagMsMax,
    }: {
      readonly log: Log;
      readonly clock?: Clock;
      readonly pollMs?: number;
      readonly archiveLagMsMax?: number;
    },
  ) {
    this.#source = source;
    this.#clock = clock;
    this.#log = log;
    this.#pollMs = pollMs;
    this.#archiveLagMsMax = archiveLagMsMax;
  }

  /** Keeps reading until the signal fires. */
  async keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.refresh().catch((error: unknown) =>
        this.#log.warn({ error: messageOf(error) }, 'control database not read'),
      );
      await this.#clock.sleep(this.#pollMs, signal).catch(() => undefined);
    }
  }

  async refresh(): Promise<void> {
    // Before the question is sent: an answer is as old as its question.
    const askedAt = this.#clock.now();
    await this.#askArchive(askedAt);
    const version = await this.#source.version();
    if (this.#snapshot?.version !== version) {
      this.#snapshot = await this.#source.read();
      this.#pairs = new Map(
        this.#snapshot.pairs.map((leased) => [leased.pair.agreement.id, leased]),
      );
    }
    this.#readAt = askedAt;
  }

  /** The snapshot, while it is young enough to act upon. */
  current(): LeaseSnapshot | undefined {
    const now = this.#clock.now();
    if (now - this.#archivedUntil > this.#archiveLagMsMax) return undefined;
    return now - this.#readAt < LEASE.validMs ? this.#snapshot : undefined;
  }

  async #askArchive(now: number): Promise<void> {
    if (!this.#source.archiveLagMs || now - this.#archiveAskedAt < LEASE.archiveEveryMs) return;
    const lagMs = await this.#source.archiveLagMs();
    this.#archiveAskedAt = now;
    this.#archivedUntil = now - lagMs;
    const isLate = lagMs > this.#archiveLagMsMax;
    if (isLate === this.#isArchiveLate) return;
    this.#isArchiveLate = isLate;
    const facts = { lagMs, lagMsMax: this.#archiveLagMsMax };
    if (isLate)
      this.#log.error(
        facts,
        'nothing is delivered: the audit archive is behind; see run reconciler',
      );
    else this.#log.info(facts, 'delivery goes on: the audit archive has caught up');
  }

  /** A pair of the snapshot, while it is young enough to act upon. */
  pair(agreement: string): LeasedPair | undefined {
    return this.current() && this.#pairs.get(agreement);
  }
}

/** Whether rows may leave for this pair at this moment; validity is half-open. */
export function mayDeliver(leased: LeasedPair, nowMs: number): boolean {
  const { fromMs, untilMs } = validityOf(leased);
  return leased.state === 'active' && nowMs >= fromMs && nowMs < untilMs;
}

type Validity = { readonly fromMs: number; readonly untilMs: number };
/** Asked for every pair of every transaction: texts are read once. */
const validities = new WeakMap<LeasedPair, Validity>();

function validityOf(leased: LeasedPair): Validity {
  const known = validities.get(leased);
  if (known) return known;
  const { notBefore, notAfter } = leased.pair.agreement;
  const validity = { fromMs: Date.parse(notBefore), untilMs: Date.parse(notAfter) };
  validities.set(leased, validity);
  return validity;
}

/** Whether its subscriber is to be told to purge; until then an expired one may still be renewed. */
export function hasEnded({ state }: LeasedPair): boolean {
  return state === 'purging';
}
