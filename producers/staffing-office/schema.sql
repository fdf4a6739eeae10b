-- The staffing office (編制辦): public institutions. It reports some facts that quality supervision decides.
CREATE TABLE IF NOT EXISTS public_institution (
  organisation_code VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  institution_name VARCHAR(200) NOT NULL,
  address VARCHAR(300) NULL,
  legal_representative VARCHAR(100) NULL,
  registration_number VARCHAR(40) NOT NULL,
  funding VARCHAR(20) NOT NULL,
  posts SMALLINT NULL,
  established_on DATE NOT NULL,
  PRIMARY KEY (organisation_code)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
