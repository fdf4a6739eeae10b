-- Quality supervision (質量監督): the register of organisation codes, which leads the legal-entity view.
-- One row per code for ever: closing and merging are statuses; only a mistaken registration is deleted.
CREATE TABLE IF NOT EXISTS organisation (
  organisation_code VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  organisation_type_code CHAR(2) NOT NULL,
  name VARCHAR(200) NOT NULL,
  industry_code CHAR(4) NULL,
  division CHAR(6) NOT NULL,
  address VARCHAR(300) NULL,
  phone VARCHAR(40) NULL,
  registered_capital DECIMAL(18,2) NULL,
  approved_on DATE NOT NULL,
  currency_code CHAR(3) NULL,
  legal_representative VARCHAR(100) NULL,
  registration_number VARCHAR(40) NULL,
  status VARCHAR(20) NOT NULL,
  successor_code VARCHAR(9) NULL,
  closed_on DATE NULL,
  PRIMARY KEY (organisation_code)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
