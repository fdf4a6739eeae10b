-- Family planning (全員人口): one record per person, with name and address as the office took them down.
CREATE TABLE IF NOT EXISTS family_record (
  id_number VARCHAR(18) NOT NULL,
  full_name VARCHAR(100) NULL,
  residence_address VARCHAR(200) NULL,
  children_count SMALLINT NULL,
  birth_service_number VARCHAR(30) NULL,
  recorded_on DATE NOT NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
