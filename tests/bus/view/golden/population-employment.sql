-- a row
INSERT INTO `employment__mirror` (`contract_number`, `id_number`, `employer_code`, `employer_name`, `occupation`, `contract_start`, `__there`, `__at`, `__v`) VALUES
('<contract_number>','<id_number>','<employer_code>','<employer_name>','<occupation>','<contract_start>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`id_number`), `id_number`), `employer_code` = IF(VALUES(`__v`) >= `__v`, VALUES(`employer_code`), `employer_code`), `employer_name` = IF(VALUES(`__v`) >= `__v`, VALUES(`employer_name`), `employer_name`), `occupation` = IF(VALUES(`__v`) >= `__v`, VALUES(`occupation`), `occupation`), `contract_start` = IF(VALUES(`__v`) >= `__v`, VALUES(`contract_start`), `contract_start`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- a row that is gone
INSERT INTO `employment__mirror` (`contract_number`, `id_number`, `employer_code`, `employer_name`, `occupation`, `contract_start`, `__there`, `__at`, `__v`) VALUES
('<contract_number>',NULL,NULL,NULL,NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`id_number`), `id_number`), `employer_code` = IF(VALUES(`__v`) >= `__v`, VALUES(`employer_code`), `employer_code`), `employer_name` = IF(VALUES(`__v`) >= `__v`, VALUES(`employer_name`), `employer_name`), `occupation` = IF(VALUES(`__v`) >= `__v`, VALUES(`occupation`), `occupation`), `contract_start` = IF(VALUES(`__v`) >= `__v`, VALUES(`contract_start`), `contract_start`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- entities concerned until now
SELECT `id_number` AS k FROM `employment__mirror` WHERE `contract_number` IN ('<contract_number>','<contract_number>') AND `__there` = 1 AND `id_number` IS NOT NULL;

-- lock them, making those that are absent
INSERT INTO `person__rows` (`id_number`) VALUES ('<a>'),('<b>') ON DUPLICATE KEY UPDATE `id_number` = VALUES(`id_number`);

-- their blocks now
SELECT k, i0, i1, i2, i3, at FROM (
SELECT c.*, ROW_NUMBER() OVER (PARTITION BY k ORDER BY o0 DESC, o1 DESC) AS rn FROM (SELECT `id_number` AS k, `employer_code` AS i0, `employer_name` AS i1, `occupation` AS i2, `contract_start` AS i3, `contract_start` AS o0, `contract_number` AS o1, `__at` AS at FROM `employment__mirror` WHERE `__there` = 1 AND `id_number` IN ('<a>','<b>')) AS c
) AS ranked WHERE rn = 1;

-- write the blocks
INSERT INTO `person__rows` (`id_number`, `employer_code`, `employer_name`, `occupation`, `contract_start`, `employment__there`, `employment__at`, `employment__v`) VALUES
('<entity>','<employer_code>','<employer_name>','<occupation>','<contract_start>',1,1,1)
ON DUPLICATE KEY UPDATE `employer_code` = VALUES(`employer_code`), `employer_name` = VALUES(`employer_name`), `occupation` = VALUES(`occupation`), `contract_start` = VALUES(`contract_start`), `employment__there` = VALUES(`employment__there`), `employment__at` = VALUES(`employment__at`), `employment__v` = `employment__v` + 1;
