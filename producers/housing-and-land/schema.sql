-- Housing and land (國土房管): titles and registered leases. Rows have numbers of their own and name units and
-- persons by number; a unit may have several titles.
CREATE TABLE IF NOT EXISTS title (
  title_number VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  unit_number VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  ownership_share DECIMAL(7,4) NULL,
  acquired_on DATE NOT NULL,
  PRIMARY KEY (title_number),
  KEY by_unit (unit_number),
  KEY by_person (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS lease (
  lease_number VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  unit_number VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  tenant_id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE NULL,
  monthly_rent DECIMAL(12,2) NOT NULL,
  PRIMARY KEY (lease_number),
  KEY by_unit (unit_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
