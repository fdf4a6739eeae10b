-- a row
INSERT INTO `person__rows` (`id_number`, `birth_certificate_number`, `mother_id_number`, `father_id_number`, `birth__there`, `birth__at`, `birth__v`) VALUES
('<id_number>','<birth_certificate_number>','<mother_id_number>','<father_id_number>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `birth_certificate_number` = IF(VALUES(`birth__v`) >= `birth__v`, VALUES(`birth_certificate_number`), `birth_certificate_number`), `mother_id_number` = IF(VALUES(`birth__v`) >= `birth__v`, VALUES(`mother_id_number`), `mother_id_number`), `father_id_number` = IF(VALUES(`birth__v`) >= `birth__v`, VALUES(`father_id_number`), `father_id_number`), `birth__there` = IF(VALUES(`birth__v`) >= `birth__v`, VALUES(`birth__there`), `birth__there`), `birth__at` = IF(VALUES(`birth__v`) >= `birth__v`, VALUES(`birth__at`), `birth__at`), `birth__v` = GREATEST(`birth__v`, VALUES(`birth__v`));

-- a row that is gone
INSERT INTO `person__rows` (`id_number`, `birth_certificate_number`, `mother_id_number`, `father_id_number`, `birth__there`, `birth__at`, `birth__v`) VALUES
('<id_number>',NULL,NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `birth_certificate_number` = IF(VALUES(`birth__v`) >= `birth__v`, VALUES(`birth_certificate_number`), `birth_certificate_number`), `mother_id_number` = IF(VALUES(`birth__v`) >= `birth__v`, VALUES(`mother_id_number`), `mother_id_number`), `father_id_number` = IF(VALUES(`birth__v`) >= `birth__v`, VALUES(`father_id_number`), `father_id_number`), `birth__there` = IF(VALUES(`birth__v`) >= `birth__v`, VALUES(`birth__there`), `birth__there`), `birth__at` = IF(VALUES(`birth__v`) >= `birth__v`, VALUES(`birth__at`), `birth__at`), `birth__v` = GREATEST(`birth__v`, VALUES(`birth__v`));
