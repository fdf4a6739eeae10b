/** Rules about how and how long: validity, delivery, service levels. */
import type { AgreementContent } from '../agreement.ts';
import { isCovered, isTimeZone, localDate } from '../calendar/calendar.ts';
import type { LintContext } from './context.ts';
import type { Tell } from './rules.ts';

const TABLE = /^[a-z][a-z0-9_]{0,47}$/;
/** Tables of the subscriber kit stand beside it. */
const RESERVED_TABLE = /^civicbus_|__/;

const TIME_UNITS = ['s', 'min', 'h', 'd', 'm', 'y'];
/** Units by ODCS property; other properties take any of them. */
const UNITS: Readonly<Record<string, readonly string[]>> = {
  latency: ['s', 'min', 'h', 'd'],
  frequency: ['s', 'min', 'h', 'd'],
  timeToRepair: ['min', 'h', 'd'],
  timeToNotify: ['min', 'h', 'd'],
  retention: ['d', 'm', 'y'],
  availability: ['percent'],
  errorRate: ['percent'],
};

export function lintTerms(content: AgreementContent, context: LintContext, tell: Tell): void {
  lintValidity(content, context, tell);
  lintDelivery(content, context, tell);
  lintLevels(content, tell);
}

function lintValidity(
  { validity, delegate }: AgreementContent,
  { nowMs }: LintContext,
  tell: Tell,
): void {
  const { notBefore, notAfter, nextReassessment } = validity;
  if (Date.parse(notAfter) <= Date.parse(notBefore))
    tell('AGR050', ['validity', 'notAfter'], `It ends ${notAfter} and begins ${notBefore}.`);
  if (Date.parse(notAfter) <= nowMs)
    tell('AGR051', ['validity', 'notAfter'], `It ended ${notAfter}.`);
  if (
    nextReassessment !== undefined &&
    (nextReassessment < notBefore.slice(0, 10) || nextReassessment > notAfter.slice(0, 10))
  )
    tell(
      'AGR052',
      ['validity', 'nextReassessment'],
      `${nextReassessment} is outside the validity.`,
    );
  if (delegate && Date.parse(delegate.until) > Date.parse(notAfter))
    tell(
      'AGR053',
      ['delegate', 'until'],
      `The delegation ends ${delegate.until}, after the agreement.`,
    );
}

function lintDelivery(
  { delivery, validity }: AgreementContent,
  { calendars }: LintContext,
  tell: Tell,
): void {
  const { mode, daily, table } = delivery;
  if (!TABLE.test(table) || RESERVED_TABLE.test(table))
    tell('AGR064', ['delivery', 'table'], `"${table}" is no name for a table.`);
  if (mode === 'daily' && !daily)
    tell('AGR060', ['delivery'], 'A daily delivery without "daily.cutoff".');
  if (mode === 'realtime' && daily)
    tell('AGR060', ['delivery', 'daily'], 'A cut-off means nothing for a delivery in real time.');
  if (!daily) return;
  const { timezone, calendar } = daily;
  const path = ['delivery', 'daily'];
  if (!isTimeZone(timezone)) {
    tell('AGR061', [...path, 'timezone'], `There is no time zone "${timezone}".`);
    return;
  }
  if (calendar !== 'working-days') return;
  const found = calendars.find(({ timeZone }) => timeZone === timezone);
  if (!found) tell('AGR062', [...path, 'calendar'], `No calendar is known for ${timezone}.`);
  else if (!isCovered(localDate(Date.parse(validity.notAfter) - 1, timezone), found))
    tell(
      'AGR063',
      [...path, 'calendar'],
      `Calendar "${found.name}" knows holidays until ${found.covers.to}.`,
    );
}

function lintLevels({ slaProperties }: AgreementContent, tell: Tell): void {
  const seen = new Set<string>();
  slaProperties.forEach(({ property, unit }, index) => {
    const path = ['slaProperties', index];
    const units = Object.hasOwn(UNITS, property)
      ? (UNITS[property] ?? [])
      : [...TIME_UNITS, 'percent'];
    if (!units.includes(unit))
      tell(
        'AGR080',
        [...path, 'unit'],
        `"${unit}" is no unit of ${property}; expected ${units.join(', ')}.`,
      );
    if (seen.has(property)) tell('AGR081', [...path, 'property'], `"${property}" is stated twice.`);
    seen.add(property);
  });
  if (!seen.has('latency')) tell('AGR082', ['slaProperties'], 'No latency is promised.');
}
