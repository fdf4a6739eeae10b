-- a row
INSERT INTO `property__rows` (`title_number`, `id_number`, `unit_number`, `ownership_share`, `acquired_on`, `__there`, `__at`, `__v`) VALUES
('<title_number>','<id_number>','<unit_number>','<ownership_share>','<acquired_on>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`id_number`), `id_number`), `unit_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`unit_number`), `unit_number`), `ownership_share` = IF(VALUES(`__v`) >= `__v`, VALUES(`ownership_share`), `ownership_share`), `acquired_on` = IF(VALUES(`__v`) >= `__v`, VALUES(`acquired_on`), `acquired_on`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- a row that is gone
INSERT INTO `property__rows` (`title_number`, `id_number`, `unit_number`, `ownership_share`, `acquired_on`, `__there`, `__at`, `__v`) VALUES
('<title_number>',NULL,NULL,NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`id_number`), `id_number`), `unit_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`unit_number`), `unit_number`), `ownership_share` = IF(VALUES(`__v`) >= `__v`, VALUES(`ownership_share`), `ownership_share`), `acquired_on` = IF(VALUES(`__v`) >= `__v`, VALUES(`acquired_on`), `acquired_on`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));
