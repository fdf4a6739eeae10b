-- Medical insurance (醫療保險): one record per insured person.
CREATE TABLE IF NOT EXISTS insured_person (
  id_number VARCHAR(18) NOT NULL,
  medical_account VARCHAR(30) NOT NULL,
  medical_status VARCHAR(20) NULL,
  medical_type VARCHAR(20) NULL,
  contact_phone VARCHAR(20) NULL,
  insured_since DATE NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
