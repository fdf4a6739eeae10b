-- a row
INSERT INTO `person__rows` (`id_number`, `residence_division`, `residence_address`, `phone`, `residence__there`, `residence__at`, `residence__v`) VALUES
('<id_number>','<residence_division>','<residence_address>','<phone>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `residence_division` = IF(VALUES(`residence__v`) >= `residence__v`, VALUES(`residence_division`), `residence_division`), `residence_address` = IF(VALUES(`residence__v`) >= `residence__v`, VALUES(`residence_address`), `residence_address`), `phone` = IF(VALUES(`residence__v`) >= `residence__v`, VALUES(`phone`), `phone`), `residence__there` = IF(VALUES(`residence__v`) >= `residence__v`, VALUES(`residence__there`), `residence__there`), `residence__at` = IF(VALUES(`residence__v`) >= `residence__v`, VALUES(`residence__at`), `residence__at`), `residence__v` = GREATEST(`residence__v`, VALUES(`residence__v`));

-- a row that is gone
INSERT INTO `person__rows` (`id_number`, `residence_division`, `residence_address`, `phone`, `residence__there`, `residence__at`, `residence__v`) VALUES
('<id_number>',NULL,NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `residence_division` = IF(VALUES(`residence__v`) >= `residence__v`, VALUES(`residence_division`), `residence_division`), `residence_address` = IF(VALUES(`residence__v`) >= `residence__v`, VALUES(`residence_address`), `residence_address`), `phone` = IF(VALUES(`residence__v`) >= `residence__v`, VALUES(`phone`), `phone`), `residence__there` = IF(VALUES(`residence__v`) >= `residence__v`, VALUES(`residence__there`), `residence__there`), `residence__at` = IF(VALUES(`residence__v`) >= `residence__v`, VALUES(`residence__at`), `residence__at`), `residence__v` = GREATEST(`residence__v`, VALUES(`residence__v`));
