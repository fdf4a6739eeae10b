import { describe, expect, test } from 'vitest';
import {
  type ServerSettings,
  settingsNotes,
  settingsProblems,
} from '../../../connectors/preflight/settings.ts';

const GOOD: ServerSettings = {
  log_bin: 'ON',
  binlog_format: 'ROW',
  binlog_row_image: 'FULL',
  binlog_row_metadata: 'FULL',
  log_bin_compress: 'OFF',
  gtid_strict_mode: 'ON',
  server_id: '101',
  sync_binlog: '1',
  binlog_expire_logs_seconds: '864000',
  sql_mode: 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE',
};
const WANTED = { server: 'providers', captureServerId: 1_234_567_890, hasDates: true };

describe('settingsProblems', () => {
  test('finds nothing on a server that is fit', () => {
    expect(settingsProblems(GOOD, WANTED)).toEqual([]);
    expect(settingsNotes(GOOD, WANTED)).toEqual([]);
  });

  test.each([
    ['log_bin', 'OFF', 'option file', 'nothing to read'],
    ['binlog_format', 'MIXED', 'SET GLOBAL binlog_format = ROW;', 'statements instead of rows'],
    ['binlog_row_image', 'MINIMAL', 'SET GLOBAL binlog_row_image = FULL;', 'half images'],
    ['log_bin_compress', 'ON', 'SET GLOBAL log_bin_compress = OFF;', 'unreadable events'],
    ['gtid_strict_mode', 'OFF', 'SET GLOBAL gtid_strict_mode = ON;', 'order after failover'],
    ['server_id', '0', 'SET GLOBAL server_id', 'serves no log'],
    ['server_id', '1234567890', 'capture.serverId', 'the capture’s own id'],
    ['binlog_expire_logs_seconds', '86400', 'SET GLOBAL binlog_expire_logs_seconds', 'a weekend'],
    [
      'sql_mode',
      'STRICT_ALL_TABLES',
      'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE',
      'zero dates',
    ],
    ['sql_mode', '', 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE', 'no strictness'],
  ])('refuses %s = %j and names %j (%s)', (name, value, remedy) => {
    const problems = settingsProblems({ ...GOOD, [name]: value }, WANTED);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: 'providers', path: name });
    expect(problems[0]?.remedy).toContain(remedy);
  });

  test('reports all of a bad server’s settings at once', () => {
    expect(settingsProblems({}, WANTED).map((problem) => problem.path)).toEqual([
      'log_bin',
      'binlog_format',
      'binlog_row_image',
      'log_bin_compress',
      'gtid_strict_mode',
      'server_id',
      'binlog_expire_logs_seconds',
      'sql_mode',
    ]);
  });

  test('asks nothing of sql_mode when no date is captured', () => {
    expect(settingsProblems({ ...GOOD, sql_mode: '' }, { ...WANTED, hasDates: false })).toEqual([]);
  });
});

test('what only helps in an emergency is a note, not a refusal', () => {
  const settings = { ...GOOD, binlog_row_metadata: 'NO_LOG', sync_binlog: '0' };
  expect(settingsProblems(settings, WANTED)).toEqual([]);
  expect(settingsNotes(settings, WANTED).map((note) => note.path)).toEqual([
    'binlog_row_metadata',
    'sync_binlog',
  ]);
});
