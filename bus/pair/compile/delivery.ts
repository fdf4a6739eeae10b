/** What an agreement says about how it is delivered: whether that can be done, and how soon a change is due. */
import type { AgreementContent } from '../../agreement/agreement.ts';
import type { Problem } from '../../base/errors.ts';

/** More would only cost: a pair's topic is read by one subscriber. */
export const PAIR_PARTITIONS_MAX = 32;

/** Where an agreement names no latency: a minute, or for daily pairs a day and two hours for the cut. */
const FRESHNESS_DEFAULT_S = { realtime: 60, daily: 93_600 } as const;

const SECONDS: ReadonlyMap<string, number> = new Map([
  ['ms', 0.001],
  ['s', 1],
  ['min', 60],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
]);

export function deliveryProblems({ delivery, validity }: AgreementContent): Problem[] {
  const problems: Problem[] = [];
  const { mode, daily, table, partitions } = delivery;
  if (mode === 'daily' && daily === undefined) {
    problems.push({
      path: 'delivery.daily',
      message: 'Daily delivery has no cut-off.',
      remedy: 'Name cutoff, timezone and calendar.',
    });
  }
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > PAIR_PARTITIONS_MAX) {
    problems.push({
      path: 'delivery.partitions',
      message: `A pair topic has 1 to ${PAIR_PARTITIONS_MAX} partitions.`,
    });
  }
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(table)) {
    problems.push({
      path: 'delivery.table',
      message: `"${table}" cannot be the name of a table.`,
      remedy: 'Use a lower-case letter, then up to 62 letters, digits or underscores.',
    });
  }
  const times = [validity.notBefore, validity.notAfter].map((time) => Date.parse(time));
  const [from = Number.NaN, to = Number.NaN] = times;
  if (!(from < to)) {
    problems.push({ path: 'validity', message: 'The agreement ends before it begins.' });
  }
  return problems;
}

/** Seconds within which a change is due at the subscriber: its agreed latency, or what is usual. */
export function freshnessTargetS({ slaProperties, delivery }: AgreementContent): number {
  const latency = slaProperties.find(({ property }) => property === 'latency');
  const seconds = latency && SECONDS.get(latency.unit);
  if (!latency || seconds === undefined) return FRESHNESS_DEFAULT_S[delivery.mode];
  return latency.value * seconds;
}
