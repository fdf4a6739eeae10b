-- The police household register (公安戶籍). One row per citizen in each table; no foreign keys: what a
-- cascade deletes never reaches the binlog. Keys are compared byte by byte (nopad_bin).
CREATE TABLE IF NOT EXISTS person (
  id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  name VARCHAR(100) NOT NULL,
  former_name VARCHAR(100) NULL,
  sex CHAR(1) NOT NULL,
  ethnicity CHAR(2) NULL,
  birth_date DATE NOT NULL,
  birthplace_division CHAR(6) NULL,
  status ENUM('alive', 'deceased') NOT NULL,
  record_number BIGINT UNSIGNED NOT NULL,
  photo_reference VARBINARY(64) NULL,
  height_cm DECIMAL(5,2) NULL,
  remarks TEXT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS household_registration (
  id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  household_number VARCHAR(20) NOT NULL,
  relation_to_head CHAR(2) NULL,
  registration_type VARCHAR(20) NULL,
  registered_division CHAR(6) NULL,
  registered_address VARCHAR(200) NULL,
  registration_status VARCHAR(20) NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS residence (
  id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  residence_division CHAR(6) NULL,
  residence_address VARCHAR(200) NULL,
  phone VARCHAR(20) NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS migration (
  migration_number VARCHAR(30) NOT NULL,
  id_number VARCHAR(18) NOT NULL,
  move_type VARCHAR(20) NOT NULL,
  move_date DATE NOT NULL,
  from_division CHAR(6) NULL,
  to_division CHAR(6) NULL,
  PRIMARY KEY (migration_number),
  KEY by_person (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS vehicle (
  vehicle_number VARCHAR(20) NOT NULL,
  id_number VARCHAR(18) NOT NULL,
  plate_number VARCHAR(20) NULL,
  vehicle_type VARCHAR(20) NOT NULL,
  first_registered_on DATE NULL,
  vehicle_status VARCHAR(20) NULL,
  PRIMARY KEY (vehicle_number),
  KEY by_person (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS driving_licence (
  id_number VARCHAR(18) NOT NULL,
  licence_number VARCHAR(30) NOT NULL,
  licence_class VARCHAR(10) NULL,
  licence_valid_until DATE NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
