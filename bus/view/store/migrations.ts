/** The engine's own tables in a target database; all are written in the rows' own transactions. */
import type { Migration } from '../../sql/mysql/migrate.ts';

const OPTIONS = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin';

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
];

/** Rights of the consumer's own database user; it never deletes and never changes a table. */
export const ENGINE_GRANTS = 'SELECT, INSERT, UPDATE';
