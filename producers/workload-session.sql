-- How far each writing session has come: advanced inside every transaction of the session, so that
-- the fate of a COMMIT whose answer was lost can be read. Not captured, not shared.
CREATE TABLE IF NOT EXISTS workload_session (
  session_name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  last_number BIGINT NOT NULL,
  PRIMARY KEY (session_name)
) ENGINE = InnoDB;
