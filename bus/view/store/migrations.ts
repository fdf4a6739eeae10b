/** The engine's own tables in a target database; all are written in the rows' own transactions. */
import type { Migration } from '../../sql/mysql/migrate.ts';

const OPTIONS = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin';

/** Append-only, except for what is older than the view's retention. */
/** Rows whose place in the hub's order of transactions is a cut of daily pairs. */
export const CUTOFF_TABLE = 'civicbus_cutoff';
export const HISTORY_TABLE = 'civicbus_history';

export const ENGINE_MIGRATIONS: readonly Migration[] = [
  {
    name: '001-offsets',
    statements: [
      `CREATE TABLE IF NOT EXISTS civicbus_offset (
        unit VARCHAR(100) NOT NULL,
        topic VARCHAR(249) NOT NULL,
        \`partition\` SMALLINT UNSIGNED NOT NULL,
        generation TINYINT UNSIGNED NOT NULL COMMENT 'which life of the topic; part of every version',
        cluster_id VARCHAR(64) NOT NULL,
        topic_id VARCHAR(64) NOT NULL COMMENT 'identity of the topic life, from the broker',
        partitions SMALLINT UNSIGNED NOT NULL COMMENT 'partition count when the generation began',
        next_offset BIGINT NOT NULL COMMENT 'first offset not applied yet',
        epoch BIGINT NOT NULL DEFAULT 0 COMMENT 'grows with every claim; fences members that lost the partition',
        group_generation INT NOT NULL DEFAULT 0,
        owner VARCHAR(200) NULL,
        last_record_ts BIGINT NULL COMMENT 'timestamp of the last applied record, ms',
        halt_code VARCHAR(64) NULL,
        halt_detail VARCHAR(500) NULL,
        halted_at DATETIME(3) NULL,
        PRIMARY KEY (unit, topic, \`partition\`)
      ) ${OPTIONS}`,
    ],
  },
  {
    name: '002-dead-letters',
    statements: [
      `CREATE TABLE IF NOT EXISTS civicbus_dead_letter (
        unit VARCHAR(100) NOT NULL,
        topic VARCHAR(249) NOT NULL,
        \`partition\` SMALLINT UNSIGNED NOT NULL,
        \`offset\` BIGINT NOT NULL,
        generation TINYINT UNSIGNED NOT NULL,
        code VARCHAR(64) NOT NULL,
        detail VARCHAR(500) NOT NULL COMMENT 'names columns and types, never values',
        at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        PRIMARY KEY (unit, topic, \`partition\`, \`offset\`)
      ) ${OPTIONS}`,
    ],
  },
  {
    name: '003-sweeps',
    statements: [
      `CREATE TABLE IF NOT EXISTS civicbus_sweep (
        unit VARCHAR(100) NOT NULL,
        topic VARCHAR(249) NOT NULL,
        \`partition\` SMALLINT UNSIGNED NOT NULL,
        \`offset\` BIGINT NOT NULL COMMENT 'where the cause was found',
        cause VARCHAR(40) NOT NULL,
        state VARCHAR(20) NOT NULL,
        at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        PRIMARY KEY (unit, topic, \`partition\`, \`offset\`)
      ) ${OPTIONS}`,
    ],
  },
  {
    name: '004-conflicts',
    statements: [
      `CREATE TABLE IF NOT EXISTS civicbus_conflict (
        item VARCHAR(64) NOT NULL,
        reporter VARCHAR(64) NOT NULL COMMENT 'the block whose source says otherwise',
        entity VARCHAR(190) NOT NULL,
        authority_value TEXT NULL,
        reported_value TEXT NOT NULL,
        since_ms BIGINT NOT NULL COMMENT 'source time of the change that opened it',
        resolved_ms BIGINT NULL COMMENT 'NULL while it is open',
        PRIMARY KEY (item, reporter, entity)
      ) ${OPTIONS}`,
    ],
  },
  {
    name: '005-history',
    statements: [
      `CREATE TABLE IF NOT EXISTS ${HISTORY_TABLE} (
        topic VARCHAR(249) NOT NULL,
        generation TINYINT UNSIGNED NOT NULL,
        \`partition\` SMALLINT UNSIGNED NOT NULL,
        \`offset\` BIGINT NOT NULL,
        unit VARCHAR(100) NOT NULL,
        row_key VARCHAR(250) NOT NULL COMMENT 'key of the source row; a JSON list where it has several columns',
        op CHAR(1) NOT NULL COMMENT 'c created, u changed, d deleted, r read by a snapshot, s swept',
        row_values LONGTEXT NULL COMMENT 'JSON: what the row held after the change; NULL when it was deleted',
        source_position VARCHAR(200) NULL,
        source_ms BIGINT NULL,
        applied_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        PRIMARY KEY (topic, generation, \`partition\`, \`offset\`, op),
        KEY by_row (row_key, source_ms),
        KEY by_age (applied_at)
      ) ${OPTIONS}`,
    ],
  },
  {
    name: '006-sweep-runs',
    statements: [
      `CREATE TABLE IF NOT EXISTS civicbus_sweep_run (
        id CHAR(36) NOT NULL,
        unit VARCHAR(100) NOT NULL,
        scope LONGTEXT NOT NULL COMMENT 'JSON: the keys it is about; {} for the whole unit',
        cause VARCHAR(40) NOT NULL,
        state VARCHAR(20) NOT NULL COMMENT 'noted, read, applied, done, or abandoned',
        generation TINYINT UNSIGNED NOT NULL,
        topic_id VARCHAR(64) NOT NULL,
        starts TEXT NOT NULL COMMENT 'JSON: end of each partition before the rows were read again',
        ends TEXT NULL COMMENT 'JSON: end of each partition after that',
        notices_from BIGINT NOT NULL,
        cleared BIGINT NOT NULL DEFAULT 0,
        begun_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
        PRIMARY KEY (id),
        KEY by_unit (unit, state)
      ) ${OPTIONS}`,
    ],
  },
  {
    name: '007-dead-letter-state',
    statements: [
      `ALTER TABLE civicbus_dead_letter
        ADD COLUMN IF NOT EXISTS state VARCHAR(20) NOT NULL DEFAULT 'open' COMMENT 'open, resolved, or lost with its record',
        ADD COLUMN IF NOT EXISTS tried_at DATETIME(3) NULL COMMENT 'last retry'`,
    ],
  },
  {
    name: '008-key-schema',
    statements: [
      `ALTER TABLE civicbus_offset
        ADD COLUMN IF NOT EXISTS key_schema INT UNSIGNED NULL COMMENT 'writer schema of the keys in this life of the topic'`,
    ],
  },
  {
    name: '009-cutoff',
    statements: [
      `CREATE TABLE IF NOT EXISTS ${CUTOFF_TABLE} (
        cut_id VARCHAR(100) NOT NULL COMMENT 'day, time and zone of a cut-off of daily pairs',
        made_at DATETIME(3) NOT NULL,
        PRIMARY KEY (cut_id)
      ) ${OPTIONS}`,
    ],
  },
];

/** Rights of the consumer's own database user; it never deletes and never changes a table. */
export const ENGINE_GRANTS = 'SELECT, INSERT, UPDATE';
