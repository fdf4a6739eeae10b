-- Human resources and social security (人力資源和社會保障). Contracts and registrations have numbers of their own, a
-- person may have several; insurances and cards are one per person; accounts belong to organisations.
CREATE TABLE IF NOT EXISTS employment_contract (
  contract_number VARCHAR(30) NOT NULL,
  id_number VARCHAR(18) NOT NULL,
  employer_code VARCHAR(9) NULL,
  employer_name VARCHAR(200) NULL,
  occupation VARCHAR(40) NULL,
  contract_start DATE NULL,
  PRIMARY KEY (contract_number),
  KEY by_person (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS unemployment_registration (
  unemployment_number VARCHAR(30) NOT NULL,
  id_number VARCHAR(18) NOT NULL,
  registered_on DATE NOT NULL,
  PRIMARY KEY (unemployment_number),
  KEY by_person (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS pension_account (
  id_number VARCHAR(18) NOT NULL,
  pension_account VARCHAR(30) NOT NULL,
  pension_status VARCHAR(20) NULL,
  pension_base DECIMAL(12,2) NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS injury_maternity_insurance (
  id_number VARCHAR(18) NOT NULL,
  injury_status VARCHAR(20) NULL,
  maternity_status VARCHAR(20) NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS social_security_card (
  id_number VARCHAR(18) NOT NULL,
  card_number VARCHAR(30) NOT NULL,
  holder_name VARCHAR(100) NULL,
  card_status VARCHAR(20) NOT NULL,
  photo_reference VARCHAR(60) NULL,
  issued_on DATE NOT NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS insurance_account (
  organisation_code VARCHAR(9) NOT NULL,
  account_number VARCHAR(30) NOT NULL,
  account_status VARCHAR(20) NULL,
  insured_persons INT NULL,
  opened_on DATE NOT NULL,
  PRIMARY KEY (organisation_code)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
