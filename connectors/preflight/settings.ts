/**
 * Server settings without which capture would lose, blank or stop: checked before a
 * connector is made, each with the statement that corrects it. Pure over what
 * `readSettings` read.
 */
import type { Problem } from '../../bus/base/errors.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';

/** Global variables by lower-case name. */
export type ServerSettings = Readonly<Record<string, string>>;

type Rule = {
  readonly name: string;
  readonly isGood: (value: string) => boolean;
  readonly wanted: string;
  readonly why: string;
  /** What the DBA runs; settings that need a restart say so. */
  readonly statement: string;
};

const DAY_SECONDS = 86_400;
const is = (wanted: string) => (value: string) => value.toUpperCase() === wanted;
const isOff = (value: string) => value === 'OFF' || value === '0';

const REQUIRED: readonly Rule[] = [
  {
    name: 'log_bin',
    isGood: is('ON'),
    wanted: 'ON',
    why: 'changes are read from the binary log',
    statement: 'Put log_bin under [mariadbd] in the server’s option file and restart the server.',
  },
  {
    name: 'binlog_format',
    isGood: is('ROW'),
    wanted: 'ROW',
    why: 'statements do not say which rows they changed',
    statement: 'SET GLOBAL binlog_format = ROW;',
  },
  {
    name: 'binlog_row_image',
    isGood: is('FULL'),
    wanted: 'FULL',
    why: 'unchanged columns and the image before a change would be missing',
    statement: 'SET GLOBAL binlog_row_image = FULL;',
  },
  {
    name: 'log_bin_compress',
    isGood: isOff,
    wanted: 'OFF',
    why: 'the connector cannot read compressed events',
    statement: 'SET GLOBAL log_bin_compress = OFF;',
  },
  {
    name: 'gtid_strict_mode',
    isGood: is('ON'),
    wanted: 'ON',
    why: 'positions must not go back after a failover',
    statement: 'SET GLOBAL gtid_strict_mode = ON;',
  },
  {
    name: 'server_id',
    isGood: (value) => Number(value) > 0,
    wanted: 'a number above 0',
    why: 'a server without an id does not serve its log',
    statement: 'SET GLOBAL server_id = 1; (a number that no other server of the group has)',
  },
  {
    name: 'binlog_expire_logs_seconds',
    isGood: (value) => Number(value) === 0 || Number(value) >= 3 * DAY_SECONDS,
    wanted: 'at least three days, or 0',
    why: 'a capture that stood still for a weekend would find its place purged',
    statement: `SET GLOBAL binlog_expire_logs_seconds = ${7 * DAY_SECONDS};`,
  },
];

const ADVISED: readonly Rule[] = [
  {
    name: 'binlog_row_metadata',
    isGood: is('FULL'),
    wanted: 'FULL',
    why: 'column names in the log let a lost schema history be rebuilt',
    statement: 'SET GLOBAL binlog_row_metadata = FULL;',
  },
  {
    name: 'sync_binlog',
    isGood: is('1'),
    wanted: '1',
    why: 'after a crash the log could lack changes that the tables hold',
    statement: 'SET GLOBAL sync_binlog = 1;',
  },
];

export async function readSettings(db: SqlSession): Promise<ServerSettings> {
  const names = [...REQUIRED, ...ADVISED].map((rule) => rule.name);
  const rows = await db.query<{ Variable_name: string; Value: string }>(
    'SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)',
    [[...names, 'sql_mode', 'version']],
  );
  return Object.fromEntries(
    rows.map((row) => [row.Variable_name.toLowerCase(), String(row.Value)]),
  );
}

export type SettingsWanted = {
  readonly server: string;
  /** The id under which the capture will read. */
  readonly captureServerId: number;
  /** True when date columns are captured. */
  readonly hasDates: boolean;
};

/** Everything in `settings` that forbids capture. */
export function settingsProblems(settings: ServerSettings, wanted: SettingsWanted): Problem[] {
  const problems = broken(REQUIRED, settings, wanted.server);
  if (Number(settings['server_id']) === wanted.captureServerId) {
    problems.push({
      file: wanted.server,
      path: 'server_id',
      message: `The capture would use server id ${wanted.captureServerId}, which is the server's own.`,
      remedy: 'Set another capture.serverId in source.yaml.',
    });
  }
  return wanted.hasDates ? [...problems, ...zeroDateProblems(settings, wanted.server)] : problems;
}

/** What is not wrong but will be missed one day. */
export function settingsNotes(settings: ServerSettings, { server }: SettingsWanted): Problem[] {
  return broken(ADVISED, settings, server);
}

function broken(rules: readonly Rule[], settings: ServerSettings, server: string): Problem[] {
  return rules.flatMap((rule) => {
    const value = settings[rule.name];
    if (value !== undefined && rule.isGood(value)) return [];
    const found = value === undefined ? 'not known to this server' : value || 'empty';
    return [
      {
        file: server,
        path: rule.name,
        message: `${rule.name} is ${found}; expected ${rule.wanted}, because ${rule.why}.`,
        remedy: `Run: ${rule.statement}`,
      },
    ];
  });
}

const ZERO_DATE_MODES = ['NO_ZERO_DATE', 'NO_ZERO_IN_DATE'];

function zeroDateProblems(settings: ServerSettings, server: string): Problem[] {
  const mode = settings['sql_mode'] ?? '';
  const modes = new Set(mode.split(',').filter(Boolean));
  const missing = ZERO_DATE_MODES.filter((one) => !modes.has(one));
  if (!modes.has('STRICT_TRANS_TABLES') && !modes.has('STRICT_ALL_TABLES')) {
    missing.unshift('STRICT_ALL_TABLES');
  }
  if (missing.length === 0) return [];
  return [
    {
      file: server,
      path: 'sql_mode',
      message: `sql_mode lacks ${missing.join(', ')}: a date such as 0000-00-00 could be stored, and no calendar can carry it.`,
      remedy: `Run: SET GLOBAL sql_mode = '${[...modes, ...missing].join(',')}';`,
    },
  ];
}
