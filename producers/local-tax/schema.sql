-- Local tax (地稅): deed-tax declarations. The taxpayer types anew what stands in the contract, so that the two
-- registers differ now and then.
CREATE TABLE IF NOT EXISTS deed_tax_declaration (
  declaration_number VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  project_number VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  unit_number VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  contract_number VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  taxpayer_id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  declared_area DECIMAL(10,2) NOT NULL,
  declared_price DECIMAL(16,2) NOT NULL,
  deed_tax DECIMAL(14,2) NULL,
  tax_status VARCHAR(20) NOT NULL,
  filed_on DATE NOT NULL,
  PRIMARY KEY (declaration_number),
  KEY by_unit (unit_number),
  KEY by_contract (contract_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
