-- Disabled persons’ federation (殘疾人聯合會): one card per person.
CREATE TABLE IF NOT EXISTS disability_card (
  id_number VARCHAR(18) NOT NULL,
  disability_card_number VARCHAR(30) NOT NULL,
  disability_type VARCHAR(20) NOT NULL,
  disability_level TINYINT NULL,
  disability_valid_until DATE NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
