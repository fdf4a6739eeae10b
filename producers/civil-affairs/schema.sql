-- Civil affairs (民政): marriage registration, social relief and social organisations. Marriages and cases
-- have numbers of their own; a marriage concerns two persons, a person may have several of both. Persons
-- are named by identity number only.
CREATE TABLE IF NOT EXISTS marriage (
  registration_number VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  spouse_a_id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  spouse_b_id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  event_type ENUM('married', 'divorced', 'annulled') NOT NULL,
  registered_on DATE NOT NULL,
  registered_at DATETIME(6) NOT NULL,
  PRIMARY KEY (registration_number),
  KEY by_spouse_a (spouse_a_id_number),
  KEY by_spouse_b (spouse_b_id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS relief_case (
  case_number VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  relief_type VARCHAR(20) NOT NULL,
  relief_status VARCHAR(20) NOT NULL,
  approved_on DATE NULL,
  monthly_amount DECIMAL(12,2) NULL,
  PRIMARY KEY (case_number),
  KEY by_person (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS social_organisation (
  organisation_code VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  organisation_name VARCHAR(200) NOT NULL,
  address VARCHAR(300) NULL,
  legal_representative VARCHAR(100) NULL,
  registration_number VARCHAR(40) NOT NULL,
  organisation_type_code CHAR(2) NOT NULL,
  established_on DATE NOT NULL,
  PRIMARY KEY (organisation_code)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
