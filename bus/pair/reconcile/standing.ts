/**
 * What a state of the lifecycle means on the bus: which version of an agreement counts, whether
 * its subscriber may read, what is taken away. The one place where words of the law become rights.
 */
import type { AgreementState } from '../../agreement/agreement.ts';

export type Standing =
  /** Everything is made, nothing flows and nobody reads yet. */
  | 'prepared'
  | 'delivering'
  /** Nothing flows and the subscriber may not read; user and topics stay. */
  | 'held'
  /** The subscriber reads the end of its topic, clears its copy and hands in the receipt. */
  | 'purging'
  /** What the control database says of it is not what was signed: nobody reads, nobody writes. */
  | 'distrusted'
  /** User and rights go; the topic only when that is asked for. */
  | 'gone';

/** States without a standing leave no trace on the bus. */
const STANDINGS: Partial<Readonly<Record<AgreementState, Standing>>> = {
  filed: 'prepared',
  active: 'delivering',
  suspended: 'held',
  revoked: 'held',
  expired: 'held',
  purging: 'purging',
  closed: 'gone',
  withdrawn: 'gone',
};

/** Of several versions the one that comes first here says what the pair's rights are. */
const ORDER: readonly Standing[] = ['delivering', 'purging', 'held', 'prepared', 'gone'];

/** States of which anything is, was or will be on the bus. */
export const STATES_WITH_STANDING = Object.keys(STANDINGS) as readonly AgreementState[];

export function standingOf(state: AgreementState): Standing | undefined {
  return STANDINGS[state];
}

/** Whether the subscriber's user may read its topic. */
export function mayRead(standing: Standing): boolean {
  return standing === 'delivering' || standing === 'purging';
}

/** One version of an agreement as the control database holds it. */
export type AgreementLine = {
  readonly agreementId: string;
  readonly name: string;
  readonly version: string;
  readonly state: AgreementState;
  readonly contentHash: string;
};

export type StandingPair<Line extends AgreementLine> = {
  readonly agreementId: string;
  readonly standing: Standing;
  /** The version that the standing is of. */
  readonly line: Line;
  /** A filed version that waits to take over; the same as `line` where there was none before. */
  readonly next: Line | undefined;
};

/** Where each agreement stands that has left, or is to leave, a trace on the bus; by id. */
export function standingPairs<Line extends AgreementLine>(
  lines: readonly Line[],
): StandingPair<Line>[] {
  const byId = Map.groupBy(lines, ({ agreementId }) => agreementId);
  return [...byId]
    .flatMap(([agreementId, versions]) => standingPair(agreementId, versions) ?? [])
    .toSorted((a, b) => (a.agreementId < b.agreementId ? -1 : 1));
}

function standingPair<Line extends AgreementLine>(
  agreementId: string,
  versions: readonly Line[],
): StandingPair<Line> | undefined {
  for (const standing of ORDER) {
    const line = versions.find(({ state }) => standingOf(state) === standing);
    if (!line) continue;
    return { agreementId, standing, line, next: versions.find(({ state }) => state === 'filed') };
  }
  return undefined;
}
