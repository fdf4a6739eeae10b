-- a row
INSERT INTO `person__rows` (`id_number`, `pension_account`, `pension_status`, `pension_base`, `pension__there`, `pension__at`, `pension__v`) VALUES
('<id_number>','<pension_account>','<pension_status>','<pension_base>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `pension_account` = IF(VALUES(`pension__v`) >= `pension__v`, VALUES(`pension_account`), `pension_account`), `pension_status` = IF(VALUES(`pension__v`) >= `pension__v`, VALUES(`pension_status`), `pension_status`), `pension_base` = IF(VALUES(`pension__v`) >= `pension__v`, VALUES(`pension_base`), `pension_base`), `pension__there` = IF(VALUES(`pension__v`) >= `pension__v`, VALUES(`pension__there`), `pension__there`), `pension__at` = IF(VALUES(`pension__v`) >= `pension__v`, VALUES(`pension__at`), `pension__at`), `pension__v` = GREATEST(`pension__v`, VALUES(`pension__v`));

-- a row that is gone
INSERT INTO `person__rows` (`id_number`, `pension_account`, `pension_status`, `pension_base`, `pension__there`, `pension__at`, `pension__v`) VALUES
('<id_number>',NULL,NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `pension_account` = IF(VALUES(`pension__v`) >= `pension__v`, VALUES(`pension_account`), `pension_account`), `pension_status` = IF(VALUES(`pension__v`) >= `pension__v`, VALUES(`pension_status`), `pension_status`), `pension_base` = IF(VALUES(`pension__v`) >= `pension__v`, VALUES(`pension_base`), `pension_base`), `pension__there` = IF(VALUES(`pension__v`) >= `pension__v`, VALUES(`pension__there`), `pension__there`), `pension__at` = IF(VALUES(`pension__v`) >= `pension__v`, VALUES(`pension__at`), `pension__at`), `pension__v` = GREATEST(`pension__v`, VALUES(`pension__v`));
