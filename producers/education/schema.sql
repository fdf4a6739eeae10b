-- Education (教育): one record per person.
CREATE TABLE IF NOT EXISTS education_record (
  id_number VARCHAR(18) NOT NULL,
  highest_education VARCHAR(20) NULL,
  school_name VARCHAR(100) NULL,
  graduation_date DATE NULL,
  student_status VARCHAR(20) NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
