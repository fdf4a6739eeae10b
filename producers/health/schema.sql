-- Health (卫生), on PostgreSQL: certificates of birth and of death, each under the number of the
-- person it is about. Persons are named by identity number only; no foreign keys.
-- FULL, so that the log holds whole rows.
CREATE TABLE IF NOT EXISTS birth_certificate (
  id_number VARCHAR(18) NOT NULL PRIMARY KEY,
  birth_certificate_number VARCHAR(30) NOT NULL,
  mother_id_number VARCHAR(18),
  father_id_number VARCHAR(18),
  born_on DATE
);
ALTER TABLE birth_certificate REPLICA IDENTITY FULL;

CREATE TABLE IF NOT EXISTS death_certificate (
  id_number VARCHAR(18) NOT NULL PRIMARY KEY,
  death_certificate_number VARCHAR(30) NOT NULL,
  death_date DATE NOT NULL,
  death_place VARCHAR(200)
);
ALTER TABLE death_certificate REPLICA IDENTITY FULL;
