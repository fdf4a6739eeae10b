import { describe, expect, test } from 'vitest';
import { failureOf, safeTrace } from '../../connectors/task-failure.ts';

const TRACE = [
  'org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.',
  '\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)',
  'Caused by: io.debezium.DebeziumException: Failed to convert value of row [440106199001011233',
  '李雷]',
  '\tat io.debezium.Somewhere.convert(Somewhere.java:12)',
  '\t... 5 more',
  'Caused by: java.io.EOFException: Failed to read next byte from position 12',
].join('\n');

describe('safeTrace', () => {
  test('keeps classes, code places and harmless texts', () => {
    const shown = safeTrace(TRACE);
    expect(shown).toContain('ErrorHandler.java:67');
    expect(shown).toContain('... 5 more');
    expect(shown).toContain('java.io.EOFException: Failed to read next byte from position 12');
    expect(shown).toContain('io.debezium.DebeziumException (its text may hold data');
  });

  test('shows nothing of a row, also where a text runs over several lines', () => {
    expect(safeTrace(TRACE)).not.toMatch(/440106199001011233|李雷/);
  });
});

test('failureOf names the innermost cause of the first failed task', () => {
  const tasks = [{ id: 0, state: 'failed', trace: TRACE } as const];
  expect(failureOf({ name: 'src-x', state: 'running', tasks })).toBe(
    'java.io.EOFException: Failed to read next byte from position 12',
  );
});
