-- a row
INSERT INTO `income_tax__mirror` (`id_number`, `tax_year`, `tax_file_number`, `taxed_income`, `__there`, `__at`, `__v`) VALUES
('<id_number>','<tax_year>','<tax_file_number>','<taxed_income>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `tax_file_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`tax_file_number`), `tax_file_number`), `taxed_income` = IF(VALUES(`__v`) >= `__v`, VALUES(`taxed_income`), `taxed_income`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- a row that is gone
INSERT INTO `income_tax__mirror` (`id_number`, `tax_year`, `tax_file_number`, `taxed_income`, `__there`, `__at`, `__v`) VALUES
('<id_number>','<tax_year>',NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `tax_file_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`tax_file_number`), `tax_file_number`), `taxed_income` = IF(VALUES(`__v`) >= `__v`, VALUES(`taxed_income`), `taxed_income`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- entities concerned until now
SELECT `id_number` AS k FROM `income_tax__mirror` WHERE (`id_number`,`tax_year`) IN (('<id_number>','<tax_year>'),('<id_number>','<tax_year>')) AND `__there` = 1 AND `id_number` IS NOT NULL;

-- lock them, making those that are absent
INSERT INTO `person__rows` (`id_number`) VALUES ('<a>'),('<b>') ON DUPLICATE KEY UPDATE `id_number` = VALUES(`id_number`);

-- their blocks now
SELECT k, i0, i1, i2, at FROM (
SELECT c.*, ROW_NUMBER() OVER (PARTITION BY k ORDER BY o0 DESC, o1 DESC) AS rn FROM (SELECT `id_number` AS k, `tax_file_number` AS i0, `tax_year` AS i1, `taxed_income` AS i2, `tax_year` AS o0, `id_number` AS o1, `__at` AS at FROM `income_tax__mirror` WHERE `__there` = 1 AND `id_number` IN ('<a>','<b>')) AS c
) AS ranked WHERE rn = 1;

-- write the blocks
INSERT INTO `person__rows` (`id_number`, `tax_file_number`, `tax_year`, `taxed_income`, `income_tax__there`, `income_tax__at`, `income_tax__v`) VALUES
('<entity>','<tax_file_number>','<tax_year>','<taxed_income>',1,1,1)
ON DUPLICATE KEY UPDATE `tax_file_number` = VALUES(`tax_file_number`), `tax_year` = VALUES(`tax_year`), `taxed_income` = VALUES(`taxed_income`), `income_tax__there` = VALUES(`income_tax__there`), `income_tax__at` = VALUES(`income_tax__at`), `income_tax__v` = `income_tax__v` + 1;
