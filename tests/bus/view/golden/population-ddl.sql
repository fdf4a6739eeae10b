CREATE TABLE IF NOT EXISTS `person__rows` (
  `id_number` varchar(18) NOT NULL,
  `name` varchar(200) NULL,
  `former_name` varchar(200) NULL,
  `sex` varchar(10) NULL,
  `ethnicity` varchar(20) NULL,
  `birth_date` date NULL,
  `birthplace_division` varchar(12) NULL,
  `identity__there` TINYINT NOT NULL DEFAULT 0,
  `identity__at` BIGINT NULL,
  `identity__v` BIGINT NOT NULL DEFAULT 0,
  `household_number` varchar(32) NULL,
  `relation_to_head` varchar(20) NULL,
  `registration_type` varchar(20) NULL,
  `registered_division` varchar(12) NULL,
  `registered_address` varchar(500) NULL,
  `registration_status` varchar(20) NULL,
  `household__there` TINYINT NOT NULL DEFAULT 0,
  `household__at` BIGINT NULL,
  `household__v` BIGINT NOT NULL DEFAULT 0,
  `residence_division` varchar(12) NULL,
  `residence_address` varchar(500) NULL,
  `phone` varchar(40) NULL,
  `residence__there` TINYINT NOT NULL DEFAULT 0,
  `residence__at` BIGINT NULL,
  `residence__v` BIGINT NOT NULL DEFAULT 0,
  `marital_status` varchar(20) NULL,
  `spouse_id_number` varchar(18) NULL,
  `marriage_event_date` date NULL,
  `marriage__there` TINYINT NOT NULL DEFAULT 0,
  `marriage__at` BIGINT NULL,
  `marriage__v` BIGINT NOT NULL DEFAULT 0,
  `relief_type` varchar(40) NULL,
  `relief_status` varchar(20) NULL,
  `relief_approved_on` date NULL,
  `relief_monthly_amount` decimal(12,2) NULL,
  `relief__there` TINYINT NOT NULL DEFAULT 0,
  `relief__at` BIGINT NULL,
  `relief__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`id_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS `marriage__mirror` (
  `registration_number` varchar(40) NOT NULL,
  `spouse_a_id_number` varchar(18) NULL,
  `spouse_b_id_number` varchar(18) NULL,
  `event_type` varchar(20) NULL,
  `registered_on` date NULL,
  `__there` TINYINT NOT NULL DEFAULT 0,
  `__at` BIGINT NULL,
  `__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`registration_number`),
  KEY `by_spouse_a_id_number` (`spouse_a_id_number`),
  KEY `by_spouse_b_id_number` (`spouse_b_id_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS `relief__mirror` (
  `case_number` varchar(40) NOT NULL,
  `id_number` varchar(18) NULL,
  `relief_type` varchar(40) NULL,
  `relief_status` varchar(20) NULL,
  `approved_on` date NULL,
  `monthly_amount` decimal(12,2) NULL,
  `__there` TINYINT NOT NULL DEFAULT 0,
  `__at` BIGINT NULL,
  `__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`case_number`),
  KEY `by_id_number` (`id_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW `person` AS
SELECT `id_number`, `name`, `former_name`, `sex`, `ethnicity`, `birth_date`, `birthplace_division`, `identity__at`, `household_number`, `relation_to_head`, `registration_type`, `registered_division`, `registered_address`, `registration_status`, `household__at`, `residence_division`, `residence_address`, `phone`, `residence__at`, `marital_status`, `spouse_id_number`, `marriage_event_date`, `marriage__at`, `relief_type`, `relief_status`, `relief_approved_on`, `relief_monthly_amount`, `relief__at`
FROM `person__rows` WHERE `identity__there` = 1;
