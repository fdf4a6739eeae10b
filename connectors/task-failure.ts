/** Why a task failed, in one line that may be shown and logged. */
import type { ConnectorStatus } from '../bus/connect/connect.ts';

const LENGTH_MAX = 240;
/** Messages of such failures quote what they were working on, which may be a person's row. */
const MAY_HOLD_DATA = /value|row|record|struct|convert|data too|duplicate/i;

/**
 * The innermost cause of the first failed task: its class, and its message unless that may hold
 * data. Empty when no task has a trace.
 */
export function failureOf({ tasks }: ConnectorStatus): string {
  const lines = (tasks.find((task) => task.trace)?.trace ?? '').split('\n');
  const causes = lines.filter((line) => line.startsWith('Caused by: '));
  const line = (causes.at(-1) ?? lines[0] ?? '').replace('Caused by: ', '').trim();
  const [, kind = line, message = ''] = /^([\w.$]+): ([^]*)$/.exec(line) ?? [];
  if (message === '') return kind.slice(0, LENGTH_MAX);
  if (MAY_HOLD_DATA.test(message)) return `${kind} (its text may hold data and is left out)`;
  return `${kind}: ${message}`.slice(0, LENGTH_MAX);
}
