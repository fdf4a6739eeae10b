-- Residence management (流動人員): one permit per person who came from elsewhere, with the address that the person gave.
CREATE TABLE IF NOT EXISTS residence_permit (
  id_number VARCHAR(18) NOT NULL,
  permit_number VARCHAR(30) NOT NULL,
  permit_valid_until DATE NULL,
  stay_reason VARCHAR(20) NULL,
  residence_address VARCHAR(200) NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
