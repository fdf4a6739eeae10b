CREATE TABLE IF NOT EXISTS `person__rows` (
  `id_number` varchar(18) NOT NULL,
  `name` varchar(200) NULL,
  `former_name` varchar(200) NULL,
  `sex` varchar(10) NULL,
  `ethnicity` varchar(20) NULL,
  `birth_date` date NULL,
  `birthplace_division` varchar(12) NULL,
  `identity__status` varchar(20) NULL,
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
  `permit_number` varchar(30) NULL,
  `permit_valid_until` date NULL,
  `stay_reason` varchar(20) NULL,
  `residence_permit__says_residence_address` varchar(500) NULL,
  `residence_permit__there` TINYINT NOT NULL DEFAULT 0,
  `residence_permit__at` BIGINT NULL,
  `residence_permit__v` BIGINT NOT NULL DEFAULT 0,
  `marital_status` varchar(20) NULL,
  `spouse_id_number` varchar(18) NULL,
  `marriage_event_date` date NULL,
  `marriage__there` TINYINT NOT NULL DEFAULT 0,
  `marriage__at` BIGINT NULL,
  `marriage__v` BIGINT NOT NULL DEFAULT 0,
  `birth_certificate_number` varchar(30) NULL,
  `mother_id_number` varchar(18) NULL,
  `father_id_number` varchar(18) NULL,
  `birth__there` TINYINT NOT NULL DEFAULT 0,
  `birth__at` BIGINT NULL,
  `birth__v` BIGINT NOT NULL DEFAULT 0,
  `death_date` date NULL,
  `death_certificate_number` varchar(30) NULL,
  `death_place` varchar(200) NULL,
  `death__there` TINYINT NOT NULL DEFAULT 0,
  `death__at` BIGINT NULL,
  `death__v` BIGINT NOT NULL DEFAULT 0,
  `children_count` smallint NULL,
  `birth_service_number` varchar(30) NULL,
  `family_planning__says_name` varchar(200) NULL,
  `family_planning__says_residence_address` varchar(500) NULL,
  `family_planning__there` TINYINT NOT NULL DEFAULT 0,
  `family_planning__at` BIGINT NULL,
  `family_planning__v` BIGINT NOT NULL DEFAULT 0,
  `highest_education` varchar(20) NULL,
  `school_name` varchar(200) NULL,
  `graduation_date` date NULL,
  `student_status` varchar(20) NULL,
  `education__there` TINYINT NOT NULL DEFAULT 0,
  `education__at` BIGINT NULL,
  `education__v` BIGINT NOT NULL DEFAULT 0,
  `employer_code` varchar(9) NULL,
  `employer_name` varchar(200) NULL,
  `occupation` varchar(40) NULL,
  `contract_start` date NULL,
  `employment__there` TINYINT NOT NULL DEFAULT 0,
  `employment__at` BIGINT NULL,
  `employment__v` BIGINT NOT NULL DEFAULT 0,
  `unemployment_number` varchar(30) NULL,
  `unemployment_registered_on` date NULL,
  `unemployment__there` TINYINT NOT NULL DEFAULT 0,
  `unemployment__at` BIGINT NULL,
  `unemployment__v` BIGINT NOT NULL DEFAULT 0,
  `pension_account` varchar(30) NULL,
  `pension_status` varchar(20) NULL,
  `pension_base` decimal(12,2) NULL,
  `pension__there` TINYINT NOT NULL DEFAULT 0,
  `pension__at` BIGINT NULL,
  `pension__v` BIGINT NOT NULL DEFAULT 0,
  `medical_account` varchar(30) NULL,
  `medical_status` varchar(20) NULL,
  `medical_type` varchar(20) NULL,
  `medical__says_phone` varchar(40) NULL,
  `medical__there` TINYINT NOT NULL DEFAULT 0,
  `medical__at` BIGINT NULL,
  `medical__v` BIGINT NOT NULL DEFAULT 0,
  `injury_status` varchar(20) NULL,
  `maternity_status` varchar(20) NULL,
  `injury_maternity__there` TINYINT NOT NULL DEFAULT 0,
  `injury_maternity__at` BIGINT NULL,
  `injury_maternity__v` BIGINT NOT NULL DEFAULT 0,
  `card_number` varchar(30) NULL,
  `card_status` varchar(20) NULL,
  `photo_reference` varchar(60) NULL,
  `social_security_card__says_name` varchar(200) NULL,
  `social_security_card__there` TINYINT NOT NULL DEFAULT 0,
  `social_security_card__at` BIGINT NULL,
  `social_security_card__v` BIGINT NOT NULL DEFAULT 0,
  `fund_account` varchar(30) NULL,
  `fund_base` decimal(12,2) NULL,
  `fund_status` varchar(20) NULL,
  `housing_fund__there` TINYINT NOT NULL DEFAULT 0,
  `housing_fund__at` BIGINT NULL,
  `housing_fund__v` BIGINT NOT NULL DEFAULT 0,
  `tax_file_number` varchar(30) NULL,
  `tax_year` smallint NULL,
  `taxed_income` decimal(14,2) NULL,
  `income_tax__there` TINYINT NOT NULL DEFAULT 0,
  `income_tax__at` BIGINT NULL,
  `income_tax__v` BIGINT NOT NULL DEFAULT 0,
  `licence_number` varchar(30) NULL,
  `licence_class` varchar(10) NULL,
  `licence_valid_until` date NULL,
  `driving_licence__there` TINYINT NOT NULL DEFAULT 0,
  `driving_licence__at` BIGINT NULL,
  `driving_licence__v` BIGINT NOT NULL DEFAULT 0,
  `relief_type` varchar(40) NULL,
  `relief_status` varchar(20) NULL,
  `relief_approved_on` date NULL,
  `relief_monthly_amount` decimal(12,2) NULL,
  `relief__there` TINYINT NOT NULL DEFAULT 0,
  `relief__at` BIGINT NULL,
  `relief__v` BIGINT NOT NULL DEFAULT 0,
  `disability_card_number` varchar(30) NULL,
  `disability_type` varchar(20) NULL,
  `disability_level` tinyint NULL,
  `disability_valid_until` date NULL,
  `disability__there` TINYINT NOT NULL DEFAULT 0,
  `disability__at` BIGINT NULL,
  `disability__v` BIGINT NOT NULL DEFAULT 0,
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

CREATE TABLE IF NOT EXISTS `employment__mirror` (
  `contract_number` varchar(30) NOT NULL,
  `id_number` varchar(18) NULL,
  `employer_code` varchar(9) NULL,
  `employer_name` varchar(200) NULL,
  `occupation` varchar(40) NULL,
  `contract_start` date NULL,
  `__there` TINYINT NOT NULL DEFAULT 0,
  `__at` BIGINT NULL,
  `__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`contract_number`),
  KEY `by_id_number` (`id_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS `unemployment__mirror` (
  `unemployment_number` varchar(30) NOT NULL,
  `id_number` varchar(18) NULL,
  `registered_on` date NULL,
  `__there` TINYINT NOT NULL DEFAULT 0,
  `__at` BIGINT NULL,
  `__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`unemployment_number`),
  KEY `by_id_number` (`id_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS `income_tax__mirror` (
  `id_number` varchar(18) NOT NULL,
  `tax_year` smallint NOT NULL,
  `tax_file_number` varchar(30) NULL,
  `taxed_income` decimal(14,2) NULL,
  `__there` TINYINT NOT NULL DEFAULT 0,
  `__at` BIGINT NULL,
  `__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`id_number`, `tax_year`)
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

CREATE TABLE IF NOT EXISTS `migration__rows` (
  `migration_number` varchar(30) NOT NULL,
  `id_number` varchar(18) NULL,
  `move_type` varchar(20) NULL,
  `move_date` date NULL,
  `from_division` varchar(12) NULL,
  `to_division` varchar(12) NULL,
  `__there` TINYINT NOT NULL DEFAULT 0,
  `__at` BIGINT NULL,
  `__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`migration_number`),
  KEY `by_id_number` (`id_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS `vehicle__rows` (
  `vehicle_number` varchar(20) NOT NULL,
  `id_number` varchar(18) NULL,
  `plate_number` varchar(20) NULL,
  `vehicle_type` varchar(20) NULL,
  `first_registered_on` date NULL,
  `vehicle_status` varchar(20) NULL,
  `__there` TINYINT NOT NULL DEFAULT 0,
  `__at` BIGINT NULL,
  `__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`vehicle_number`),
  KEY `by_id_number` (`id_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS `property__rows` (
  `title_number` varchar(40) NOT NULL,
  `id_number` varchar(18) NULL,
  `unit_number` varchar(40) NULL,
  `ownership_share` decimal(7,4) NULL,
  `acquired_on` date NULL,
  `__there` TINYINT NOT NULL DEFAULT 0,
  `__at` BIGINT NULL,
  `__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`title_number`),
  KEY `by_id_number` (`id_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS `business_interest__rows` (
  `entity_code` varchar(9) NOT NULL,
  `id_number` varchar(18) NOT NULL,
  `interest_role` varchar(30) NULL,
  `share_ratio` decimal(7,4) NULL,
  `__there` TINYINT NOT NULL DEFAULT 0,
  `__at` BIGINT NULL,
  `__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`entity_code`, `id_number`),
  KEY `by_id_number` (`id_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS `credit__rows` (
  `record_number` varchar(30) NOT NULL,
  `id_number` varchar(18) NULL,
  `record_type` varchar(20) NULL,
  `record_source` varchar(40) NULL,
  `recorded_on` date NULL,
  `expires_on` date NULL,
  `volunteer_hours` decimal(7,2) NULL,
  `blood_donations` smallint NULL,
  `__there` TINYINT NOT NULL DEFAULT 0,
  `__at` BIGINT NULL,
  `__v` BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (`record_number`),
  KEY `by_id_number` (`id_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW `person` AS
SELECT `id_number`, `name`, `former_name`, `sex`, `ethnicity`, `birth_date`, `birthplace_division`, `identity__at`, `household_number`, `relation_to_head`, `registration_type`, `registered_division`, `registered_address`, `registration_status`, `household__at`, `residence_division`, `residence_address`, `phone`, `residence__at`, `permit_number`, `permit_valid_until`, `stay_reason`, `residence_permit__at`, `marital_status`, `spouse_id_number`, `marriage_event_date`, `marriage__at`, `birth_certificate_number`, `mother_id_number`, `father_id_number`, `birth__at`, `death_date`, `death_certificate_number`, `death_place`, `death__at`, `children_count`, `birth_service_number`, `family_planning__at`, `highest_education`, `school_name`, `graduation_date`, `student_status`, `education__at`, `employer_code`, `employer_name`, `occupation`, `contract_start`, `employment__at`, `unemployment_number`, `unemployment_registered_on`, `unemployment__at`, `pension_account`, `pension_status`, `pension_base`, `pension__at`, `medical_account`, `medical_status`, `medical_type`, `medical__at`, `injury_status`, `maternity_status`, `injury_maternity__at`, `card_number`, `card_status`, `photo_reference`, `social_security_card__at`, `fund_account`, `fund_base`, `fund_status`, `housing_fund__at`, `tax_file_number`, `tax_year`, `taxed_income`, `income_tax__at`, `licence_number`, `licence_class`, `licence_valid_until`, `driving_licence__at`, `relief_type`, `relief_status`, `relief_approved_on`, `relief_monthly_amount`, `relief__at`, `disability_card_number`, `disability_type`, `disability_level`, `disability_valid_until`, `disability__at`
FROM `person__rows` WHERE `identity__there` = 1;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW `migration` AS
SELECT c.`migration_number`, c.`id_number`, c.`move_type`, c.`move_date`, c.`from_division`, c.`to_division`, c.`__at` AS `migration__at`
FROM `migration__rows` AS c WHERE c.`__there` = 1 AND EXISTS (SELECT 1 FROM `person__rows` AS p WHERE p.`id_number` = c.`id_number` AND p.`identity__there` = 1);

CREATE OR REPLACE SQL SECURITY INVOKER VIEW `vehicle` AS
SELECT c.`vehicle_number`, c.`id_number`, c.`plate_number`, c.`vehicle_type`, c.`first_registered_on`, c.`vehicle_status`, c.`__at` AS `vehicle__at`
FROM `vehicle__rows` AS c WHERE c.`__there` = 1 AND EXISTS (SELECT 1 FROM `person__rows` AS p WHERE p.`id_number` = c.`id_number` AND p.`identity__there` = 1);

CREATE OR REPLACE SQL SECURITY INVOKER VIEW `property` AS
SELECT c.`title_number`, c.`id_number`, c.`unit_number`, c.`ownership_share`, c.`acquired_on`, c.`__at` AS `property__at`
FROM `property__rows` AS c WHERE c.`__there` = 1 AND EXISTS (SELECT 1 FROM `person__rows` AS p WHERE p.`id_number` = c.`id_number` AND p.`identity__there` = 1);

CREATE OR REPLACE SQL SECURITY INVOKER VIEW `business_interest` AS
SELECT c.`entity_code`, c.`id_number`, c.`interest_role`, c.`share_ratio`, c.`__at` AS `business_interest__at`
FROM `business_interest__rows` AS c WHERE c.`__there` = 1 AND EXISTS (SELECT 1 FROM `person__rows` AS p WHERE p.`id_number` = c.`id_number` AND p.`identity__there` = 1);

CREATE OR REPLACE SQL SECURITY INVOKER VIEW `credit` AS
SELECT c.`record_number`, c.`id_number`, c.`record_type`, c.`record_source`, c.`recorded_on`, c.`expires_on`, c.`volunteer_hours`, c.`blood_donations`, c.`__at` AS `credit__at`
FROM `credit__rows` AS c WHERE c.`__there` = 1 AND EXISTS (SELECT 1 FROM `person__rows` AS p WHERE p.`id_number` = c.`id_number` AND p.`identity__there` = 1);
