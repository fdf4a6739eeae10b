-- The construction commission (建設委員會): licensed projects, their buildings and units, and contracts of
-- pre-sale. Rows name one another by number; buyers are named by identity number only.
CREATE TABLE IF NOT EXISTS project (
  project_number VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  developer_code VARCHAR(9) NOT NULL,
  project_name VARCHAR(200) NOT NULL,
  division CHAR(6) NOT NULL,
  total_units INT NULL,
  total_area DECIMAL(14,2) NULL,
  self_reported_sold_ratio DECIMAL(7,4) NULL,
  licensed_on DATE NOT NULL,
  PRIMARY KEY (project_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS building (
  building_number VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  project_number VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  address VARCHAR(300) NULL,
  floors SMALLINT NULL,
  completed_on DATE NULL,
  PRIMARY KEY (building_number),
  KEY by_project (project_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS unit (
  unit_number VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  project_number VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  building_number VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  floor SMALLINT NULL,
  area DECIMAL(10,2) NULL,
  unit_usage VARCHAR(20) NULL,
  PRIMARY KEY (unit_number),
  KEY by_project (project_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS presale_contract (
  contract_number VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  project_number VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  unit_number VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  buyer_id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  status VARCHAR(20) NOT NULL,
  signed_on DATE NOT NULL,
  cancelled_on DATE NULL,
  area DECIMAL(10,2) NOT NULL,
  price DECIMAL(16,2) NOT NULL,
  PRIMARY KEY (contract_number),
  KEY by_unit (unit_number),
  KEY by_project (project_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
