import { describe, expect, test } from 'vitest';
import { failureOf, lacksItsPosition, safeTrace } from '../../connectors/task-failure.ts';

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

const LOST =
  'io.debezium.DebeziumException: The connector is trying to read binlog starting at file binlog.000001, but this is no longer available on the server.';
const OWN =
  "org.apache.kafka.connect.errors.ConnectException: Source offset 'file' parameter is missing";

describe('lacksItsPosition', () => {
  test.each([
    ['the cause as the connector throws it', OWN, true],
    ['with the places in code that follow it', `${OWN}\n\tat io.debezium.A.load(A.java:58)`, true],
    [
      'inside another exception',
      `a.B: the task ended\n\tat a.B.c(B.java:1)\nCaused by: ${OWN}`,
      true,
    ],
    ['another parameter of the position', OWN.replace("'file'", "'pos'"), false],
    ['another class', OWN.replace('ConnectException', 'DataException'), false],
    ['more words, which may say something else', `${OWN} in the record`, false],
    ['a cause of its own below it', `${OWN}\nCaused by: java.io.EOFException: end`, false],
    ['a position that the server no longer has', LOST, false],
    ['words of it in another text', `a.B: no restart: ${OWN}`, false],
    ['no trace', undefined, false],
  ])('%s', (_reason, trace, expected) => {
    const tasks = [{ id: 0, state: 'failed', ...(trace === undefined ? {} : { trace }) } as const];
    expect(lacksItsPosition({ name: 'src-x', state: 'running', tasks })).toBe(expected);
  });

  test('a connector without a task lacks nothing', () => {
    expect(lacksItsPosition({ name: 'src-x', state: 'running', tasks: [] })).toBe(false);
  });
});
