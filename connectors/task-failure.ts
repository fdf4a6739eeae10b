/** Why a task failed, in one line that may be shown; and the one cause that takes more than a restart. */
import type { ConnectorStatus } from '../bus/connect/connect.ts';

const LENGTH_MAX = 240;
/** Messages of such failures quote what they were working on, which may be a person's row. */
const MAY_HOLD_DATA = /value|row|record|struct|convert|data too|duplicate/i;
const WITHOUT_PLACE =
  "org.apache.kafka.connect.errors.ConnectException: Source offset 'file' parameter is missing";

/**
 * The innermost cause of the first failed task: its class, and its message unless that may hold
 * data. Empty when no task has a trace.
 */
export function failureOf({ tasks }: ConnectorStatus): string {
  const lines = (tasks.find((task) => task.trace)?.trace ?? '').split('\n');
  const causes = lines.filter((line) => line.startsWith('Caused by: '));
  const line = (causes.at(-1) ?? lines[0] ?? '').replace('Caused by: ', '').trim();
  return withoutData(line);
}

/**
 * True when a task of MariaDB's capture found a position without a place in the binary log, which
 * no restart mends (empty-position.ts). Only where that is the whole of the innermost cause.
 */
export function lacksItsPosition(status: ConnectorStatus): boolean {
  return failureOf(status) === WITHOUT_PLACE;
}

/** A task's trace with its classes and code places; texts that may hold data are left out. */
export function safeTrace(trace: string): string {
  const lines = trace.split('\n').flatMap((line) => {
    if (/^\s+(at |\.\.\. \d+ more)/.test(line)) return [line];
    const cause = /^\s*(Caused by: |Suppressed: )?([\w.$]+\.[\w$]+(?:: .*)?)$/.exec(line);
    // A line of another form is the rest of a text that runs over several lines.
    return cause ? [`${cause[1] ?? ''}${withoutData(cause[2] ?? '')}`] : [];
  });
  return lines.join('\n');
}

function withoutData(line: string): string {
  const [, kind = line, message = ''] = /^([\w.$]+): ([^]*)$/.exec(line) ?? [];
  if (message === '') return kind.slice(0, LENGTH_MAX);
  if (MAY_HOLD_DATA.test(message)) return `${kind} (its text may hold data and is left out)`;
  return `${kind}: ${message}`.slice(0, LENGTH_MAX);
}
