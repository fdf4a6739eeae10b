-- a row
INSERT INTO `person__rows` (`id_number`, `injury_status`, `maternity_status`, `injury_maternity__there`, `injury_maternity__at`, `injury_maternity__v`) VALUES
('<id_number>','<injury_status>','<maternity_status>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `injury_status` = IF(VALUES(`injury_maternity__v`) >= `injury_maternity__v`, VALUES(`injury_status`), `injury_status`), `maternity_status` = IF(VALUES(`injury_maternity__v`) >= `injury_maternity__v`, VALUES(`maternity_status`), `maternity_status`), `injury_maternity__there` = IF(VALUES(`injury_maternity__v`) >= `injury_maternity__v`, VALUES(`injury_maternity__there`), `injury_maternity__there`), `injury_maternity__at` = IF(VALUES(`injury_maternity__v`) >= `injury_maternity__v`, VALUES(`injury_maternity__at`), `injury_maternity__at`), `injury_maternity__v` = GREATEST(`injury_maternity__v`, VALUES(`injury_maternity__v`));

-- a row that is gone
INSERT INTO `person__rows` (`id_number`, `injury_status`, `maternity_status`, `injury_maternity__there`, `injury_maternity__at`, `injury_maternity__v`) VALUES
('<id_number>',NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `injury_status` = IF(VALUES(`injury_maternity__v`) >= `injury_maternity__v`, VALUES(`injury_status`), `injury_status`), `maternity_status` = IF(VALUES(`injury_maternity__v`) >= `injury_maternity__v`, VALUES(`maternity_status`), `maternity_status`), `injury_maternity__there` = IF(VALUES(`injury_maternity__v`) >= `injury_maternity__v`, VALUES(`injury_maternity__there`), `injury_maternity__there`), `injury_maternity__at` = IF(VALUES(`injury_maternity__v`) >= `injury_maternity__v`, VALUES(`injury_maternity__at`), `injury_maternity__at`), `injury_maternity__v` = GREATEST(`injury_maternity__v`, VALUES(`injury_maternity__v`));
