/**
 * Statutory clocks: whose turn it is in a state, and until when, in working days. Overdue is shown
 * and never decides anything by itself. The calendar comes in as a function.
 */
import type { AgreementContent } from '../agreement.ts';
import type { SharingType } from '../resource.ts';
import type { Line } from './line.ts';
import type { LineState, Role } from './verbs.ts';

/** When `days` working days that begin at `fromMs` have passed: the end of the last one, in ms. */
export type AddWorkingDays = (fromMs: number, days: number) => number;

export type Due = {
  readonly who: Role;
  /** What is due: "check the request". */
  readonly what: string;
  readonly atMs: number;
  readonly isOverdue: boolean;
};

export const WORKING_DAYS = {
  check: 2,
  reviewUnconditional: 5,
  reviewConditional: 10,
  dispute: 10,
  mediate: 10,
  file: 5,
} as const;

const DAY_MS = 86_400_000;
const PURGE_DAYS_DEFAULT = 7;

type Clock = {
  readonly who: Role;
  readonly what: string;
  readonly days: (sharing: SharingType) => number;
};

const CLOCKS: Readonly<Partial<Record<LineState, Clock>>> = {
  requested: { who: 'authority', what: 'check the request', days: () => WORKING_DAYS.check },
  'under-review': { who: 'provider', what: 'review', days: reviewDays },
  countered: { who: 'subscriber', what: 'answer the counter-proposal', days: reviewDays },
  disputed: { who: 'authority', what: 'mediate', days: () => WORKING_DAYS.mediate },
  agreed: { who: 'authority', what: 'file', days: () => WORKING_DAYS.file },
};

/** Who has to act next and until when; undefined where no clock runs. */
export function dueOf(
  line: Line,
  content: AgreementContent,
  {
    nowMs,
    sharing,
    addWorkingDays,
  }: {
    readonly nowMs: number;
    readonly sharing: SharingType;
    readonly addWorkingDays: AddWorkingDays;
  },
): Due | undefined {
  const since = Date.parse(line.since);
  const due = ({ who, what }: Pick<Clock, 'who' | 'what'>, atMs: number): Due => ({
    who,
    what,
    atMs,
    isOverdue: nowMs >= atMs,
  });
  if (line.state === 'purging') {
    const turn = { who: 'subscriber', what: 'clear the copy' } as const;
    return due(turn, since + purgeDays(content) * DAY_MS);
  }
  if (line.state === 'active') {
    const { notAfter, noticeDays } = content.validity;
    const endMs = Date.parse(notAfter);
    const turn = { who: 'subscriber', what: 'renew, or it ends' } as const;
    return nowMs < endMs - noticeDays * DAY_MS ? undefined : due(turn, endMs);
  }
  const clock = CLOCKS[line.state];
  return clock && due(clock, addWorkingDays(since, clock.days(sharing)));
}

/** The moment from which a rejection can no longer be disputed. */
export function disputeUntil(line: Line, addWorkingDays: AddWorkingDays): number {
  return addWorkingDays(Date.parse(line.since), WORKING_DAYS.dispute);
}

function reviewDays(sharing: SharingType): number {
  return sharing === 'unconditional'
    ? WORKING_DAYS.reviewUnconditional
    : WORKING_DAYS.reviewConditional;
}

/** "P7D" of the duty to purge. */
function purgeDays({ obligations }: AgreementContent): number {
  const duty = obligations.dispose.find((one) => one['duty'] === 'purge');
  const within = duty?.['within'];
  const [, days] = (typeof within === 'string' && /^P(\d+)D$/.exec(within)) || [];
  return days === undefined ? PURGE_DAYS_DEFAULT : Number(days);
}
