-- Housing provident fund (住房公積金): one account per member.
CREATE TABLE IF NOT EXISTS fund_member (
  id_number VARCHAR(18) NOT NULL,
  fund_account VARCHAR(30) NOT NULL,
  fund_base DECIMAL(12,2) NULL,
  fund_status VARCHAR(20) NOT NULL,
  opened_on DATE NOT NULL,
  PRIMARY KEY (id_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin;
