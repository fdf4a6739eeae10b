/**
 * Tables of the control database: what was proposed, what happened, what is deployed, and who asked for
 * copies. Events and documents are only ever added; `agreement_state` is their fold, kept in the same transaction.
 * Times are milliseconds since 1970-01-01 UTC.
 */
import type { Migration } from '../sql/mysql/migrate.ts';

const OPTIONS = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin';

export const CONTROL_DATABASE = 'civicbus_control';

export const CONTROL_MIGRATIONS: readonly Migration[] = [
  {
    name: '001-version',
    statements: [
      `CREATE TABLE IF NOT EXISTS control_version (
        one TINYINT NOT NULL PRIMARY KEY CHECK (one = 1),
        version BIGINT NOT NULL COMMENT 'grows by one with every event and every deployment; its row is locked first'
      ) ${OPTIONS}`,
      'INSERT IGNORE INTO control_version (one, version) VALUES (1, 0)',
    ],
  },
  {
    name: '002-agreements',
    statements: [
      `CREATE TABLE IF NOT EXISTS agreement (
        agreement_id CHAR(36) NOT NULL PRIMARY KEY,
        name VARCHAR(100) NOT NULL UNIQUE,
        head_hash VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'hash of the last event of the chain',
        events INT NOT NULL DEFAULT 0
      ) ${OPTIONS}`,
      `CREATE TABLE IF NOT EXISTS agreement_document (
        agreement_id CHAR(36) NOT NULL,
        content_hash VARCHAR(64) NOT NULL,
        version VARCHAR(40) NOT NULL,
        content LONGTEXT NOT NULL COMMENT 'canonical JSON',
        added_ms BIGINT NOT NULL,
        PRIMARY KEY (agreement_id, content_hash)
      ) ${OPTIONS}`,
      `CREATE TABLE IF NOT EXISTS agreement_event (
        seq BIGINT NOT NULL PRIMARY KEY COMMENT 'control_version after it: the order of commits',
        agreement_id CHAR(36) NOT NULL,
        position INT NOT NULL COMMENT 'in the chain of the agreement, from 1',
        version VARCHAR(40) NOT NULL,
        content_hash VARCHAR(64) NOT NULL,
        verb VARCHAR(20) NOT NULL,
        org VARCHAR(60) NOT NULL,
        at_ms BIGINT NOT NULL,
        previous_hash VARCHAR(64) NOT NULL COMMENT 'empty for the first event',
        event_hash VARCHAR(64) NOT NULL,
        payload LONGTEXT NOT NULL COMMENT 'canonical JSON of the signed event',
        UNIQUE KEY by_position (agreement_id, position),
        UNIQUE KEY one_chain (agreement_id, previous_hash),
        UNIQUE KEY by_hash (event_hash)
      ) ${OPTIONS}`,
      `CREATE TABLE IF NOT EXISTS agreement_state (
        agreement_id CHAR(36) NOT NULL,
        version VARCHAR(40) NOT NULL,
        state VARCHAR(20) NOT NULL,
        content_hash VARCHAR(64) NOT NULL,
        since_ms BIGINT NOT NULL COMMENT 'when it came into this state',
        reason VARCHAR(1000) NOT NULL DEFAULT '',
        PRIMARY KEY (agreement_id, version),
        KEY by_state (state)
      ) ${OPTIONS}`,
      `CREATE TABLE IF NOT EXISTS agreement_filing (
        number VARCHAR(100) NOT NULL PRIMARY KEY,
        agreement_id CHAR(36) NOT NULL,
        version VARCHAR(40) NOT NULL,
        UNIQUE KEY by_version (agreement_id, version)
      ) ${OPTIONS}`,
    ],
  },
  {
    name: '003-deployments',
    statements: [
      `CREATE TABLE IF NOT EXISTS deployment (
        agreement_id CHAR(36) NOT NULL,
        version VARCHAR(40) NOT NULL,
        content_hash VARCHAR(64) NOT NULL,
        pair LONGTEXT NOT NULL COMMENT 'CompiledPair as canonical JSON',
        key_schema_id INT NOT NULL,
        value_schema_id INT NOT NULL,
        generation INT NOT NULL COMMENT 'from 1; grows over all versions with every backfill',
        deployed_ms BIGINT NOT NULL,
        PRIMARY KEY (agreement_id, version)
      ) ${OPTIONS}`,
      `CREATE TABLE IF NOT EXISTS publication (
        topic VARCHAR(249) NOT NULL PRIMARY KEY,
        published_seq BIGINT NOT NULL
      ) ${OPTIONS}`,
      `CREATE TABLE IF NOT EXISTS drift (
        id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        agreement_id CHAR(36) NULL,
        kind VARCHAR(40) NOT NULL,
        name VARCHAR(400) NOT NULL,
        detail TEXT NOT NULL COMMENT 'what was found and what it was set back to; never a secret',
        at_ms BIGINT NOT NULL,
        KEY by_agreement (agreement_id, id)
      ) ${OPTIONS}`,
    ],
  },
  {
    name: '004-archive',
    statements: [
      `CREATE TABLE IF NOT EXISTS archive_head (
        one TINYINT NOT NULL PRIMARY KEY CHECK (one = 1),
        next_offset BIGINT NOT NULL COMMENT 'everything of the audit topic below it is archived',
        hash VARCHAR(64) NOT NULL COMMENT 'of the last line of the archive; empty: nothing archived yet',
        at_ms BIGINT NOT NULL COMMENT 'when that line was written',
        complete_ms BIGINT NOT NULL COMMENT 'what was committed before is archived; by the clock of this server'
      ) ${OPTIONS}`,
      `INSERT IGNORE INTO archive_head (one, next_offset, hash, at_ms, complete_ms)
        VALUES (1, 0, '', 0, FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000))`,
    ],
  },
  {
    name: '005-resyncs',
    statements: [
      `CREATE TABLE IF NOT EXISTS resync (
        id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        agreement_id CHAR(36) NOT NULL,
        version VARCHAR(40) NOT NULL,
        generation INT NOT NULL COMMENT 'of the deployment from then on',
        org VARCHAR(60) NOT NULL COMMENT 'who asked for the new copy',
        reason TEXT NOT NULL,
        at_ms BIGINT NOT NULL,
        KEY by_agreement (agreement_id, id)
      ) ${OPTIONS}`,
    ],
  },
];

/** What each of the control database's two users may do, table by table; nobody may delete. */
export const CONTROL_GRANTS = {
  writer: {
    control_version: 'SELECT, UPDATE',
    agreement: 'SELECT, INSERT, UPDATE',
    agreement_document: 'SELECT, INSERT',
    agreement_event: 'SELECT, INSERT',
    agreement_state: 'SELECT, INSERT, UPDATE',
    agreement_filing: 'SELECT, INSERT',
    deployment: 'SELECT, INSERT, UPDATE',
    publication: 'SELECT, INSERT, UPDATE',
    drift: 'SELECT, INSERT',
    resync: 'SELECT, INSERT',
    archive_head: 'SELECT, UPDATE',
  },
  /** The gateway's: what is in force and what is deployed. */
  reader: {
    control_version: 'SELECT',
    agreement_state: 'SELECT',
    deployment: 'SELECT',
    archive_head: 'SELECT',
  },
} as const;
