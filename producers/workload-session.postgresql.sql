-- How far each writing session has come: advanced inside every transaction of the session, so that
-- the fate of a COMMIT whose answer was lost can be read. Not captured, not shared.
CREATE TABLE IF NOT EXISTS workload_session (
  session_name VARCHAR(64) NOT NULL PRIMARY KEY,
  last_number BIGINT NOT NULL
);
