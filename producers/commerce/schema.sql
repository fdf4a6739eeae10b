-- Commerce (工商): enterprises, their yearly inspection and who holds interests in them. It reports some
-- facts that quality supervision decides. Persons are named by identity number only.
CREATE TABLE IF NOT EXISTS enterprise (
  organisation_code VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  enterprise_name VARCHAR(200) NOT NULL,
  address VARCHAR(300) NULL,
  legal_representative VARCHAR(100) NULL,
  registration_number VARCHAR(40) NOT NULL,
  business_scope TEXT NULL,
  established_on DATE NOT NULL,
  PRIMARY KEY (organisation_code)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS annual_inspection (
  organisation_code VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  inspection_year SMALLINT NOT NULL,
  inspection_result VARCHAR(20) NULL,
  inspected_on DATE NULL,
  PRIMARY KEY (organisation_code, inspection_year)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS business_interest (
  entity_code VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  interest_role VARCHAR(30) NOT NULL,
  share_ratio DECIMAL(7,4) NULL,
  PRIMARY KEY (entity_code, id_number),
  KEY by_person (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
