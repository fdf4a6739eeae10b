-- a row
INSERT INTO `person__rows` (`id_number`, `death_date`, `death_certificate_number`, `death_place`, `death__there`, `death__at`, `death__v`) VALUES
('<id_number>','<death_date>','<death_certificate_number>','<death_place>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `death_date` = IF(VALUES(`death__v`) >= `death__v`, VALUES(`death_date`), `death_date`), `death_certificate_number` = IF(VALUES(`death__v`) >= `death__v`, VALUES(`death_certificate_number`), `death_certificate_number`), `death_place` = IF(VALUES(`death__v`) >= `death__v`, VALUES(`death_place`), `death_place`), `death__there` = IF(VALUES(`death__v`) >= `death__v`, VALUES(`death__there`), `death__there`), `death__at` = IF(VALUES(`death__v`) >= `death__v`, VALUES(`death__at`), `death__at`), `death__v` = GREATEST(`death__v`, VALUES(`death__v`));

-- a row that is gone
INSERT INTO `person__rows` (`id_number`, `death_date`, `death_certificate_number`, `death_place`, `death__there`, `death__at`, `death__v`) VALUES
('<id_number>',NULL,NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `death_date` = IF(VALUES(`death__v`) >= `death__v`, VALUES(`death_date`), `death_date`), `death_certificate_number` = IF(VALUES(`death__v`) >= `death__v`, VALUES(`death_certificate_number`), `death_certificate_number`), `death_place` = IF(VALUES(`death__v`) >= `death__v`, VALUES(`death_place`), `death_place`), `death__there` = IF(VALUES(`death__v`) >= `death__v`, VALUES(`death__there`), `death__there`), `death__at` = IF(VALUES(`death__v`) >= `death__v`, VALUES(`death__at`), `death__at`), `death__v` = GREATEST(`death__v`, VALUES(`death__v`));
