-- Tax (稅務): assessments by person and year, of which the latest year counts; organisations as taxpayers.
CREATE TABLE IF NOT EXISTS income_tax (
  id_number VARCHAR(18) NOT NULL,
  tax_year SMALLINT NOT NULL,
  tax_file_number VARCHAR(30) NOT NULL,
  taxed_income DECIMAL(14,2) NULL,
  assessed_on DATE NULL,
  PRIMARY KEY (id_number, tax_year)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS tax_registration (
  organisation_code VARCHAR(9) NOT NULL,
  taxpayer_number VARCHAR(20) NOT NULL,
  registration_status VARCHAR(20) NULL,
  registered_on DATE NULL,
  PRIMARY KEY (organisation_code)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
