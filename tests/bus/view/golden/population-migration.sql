-- a row
INSERT INTO `migration__rows` (`migration_number`, `id_number`, `move_type`, `move_date`, `from_division`, `to_division`, `__there`, `__at`, `__v`) VALUES
('<migration_number>','<id_number>','<move_type>','<move_date>','<from_division>','<to_division>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`id_number`), `id_number`), `move_type` = IF(VALUES(`__v`) >= `__v`, VALUES(`move_type`), `move_type`), `move_date` = IF(VALUES(`__v`) >= `__v`, VALUES(`move_date`), `move_date`), `from_division` = IF(VALUES(`__v`) >= `__v`, VALUES(`from_division`), `from_division`), `to_division` = IF(VALUES(`__v`) >= `__v`, VALUES(`to_division`), `to_division`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- a row that is gone
INSERT INTO `migration__rows` (`migration_number`, `id_number`, `move_type`, `move_date`, `from_division`, `to_division`, `__there`, `__at`, `__v`) VALUES
('<migration_number>',NULL,NULL,NULL,NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`id_number`), `id_number`), `move_type` = IF(VALUES(`__v`) >= `__v`, VALUES(`move_type`), `move_type`), `move_date` = IF(VALUES(`__v`) >= `__v`, VALUES(`move_date`), `move_date`), `from_division` = IF(VALUES(`__v`) >= `__v`, VALUES(`from_division`), `from_division`), `to_division` = IF(VALUES(`__v`) >= `__v`, VALUES(`to_division`), `to_division`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));
