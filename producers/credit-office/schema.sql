-- Credit office (信用): records with numbers of their own, many per person; some expire.
CREATE TABLE IF NOT EXISTS credit_record (
  record_number VARCHAR(30) NOT NULL,
  id_number VARCHAR(18) NOT NULL,
  record_type VARCHAR(20) NOT NULL,
  record_source VARCHAR(40) NULL,
  recorded_on DATE NOT NULL,
  expires_on DATE NULL,
  volunteer_hours DECIMAL(7,2) NULL,
  blood_donations SMALLINT NULL,
  PRIMARY KEY (record_number),
  KEY by_person (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
