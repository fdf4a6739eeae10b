-- a row
INSERT INTO `relief__mirror` (`case_number`, `id_number`, `relief_type`, `relief_status`, `approved_on`, `monthly_amount`, `__there`, `__at`, `__v`) VALUES
('<case_number>','<id_number>','<relief_type>','<relief_status>','<approved_on>','<monthly_amount>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`id_number`), `id_number`), `relief_type` = IF(VALUES(`__v`) >= `__v`, VALUES(`relief_type`), `relief_type`), `relief_status` = IF(VALUES(`__v`) >= `__v`, VALUES(`relief_status`), `relief_status`), `approved_on` = IF(VALUES(`__v`) >= `__v`, VALUES(`approved_on`), `approved_on`), `monthly_amount` = IF(VALUES(`__v`) >= `__v`, VALUES(`monthly_amount`), `monthly_amount`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- a row that is gone
INSERT INTO `relief__mirror` (`case_number`, `id_number`, `relief_type`, `relief_status`, `approved_on`, `monthly_amount`, `__there`, `__at`, `__v`) VALUES
('<case_number>',NULL,NULL,NULL,NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`id_number`), `id_number`), `relief_type` = IF(VALUES(`__v`) >= `__v`, VALUES(`relief_type`), `relief_type`), `relief_status` = IF(VALUES(`__v`) >= `__v`, VALUES(`relief_status`), `relief_status`), `approved_on` = IF(VALUES(`__v`) >= `__v`, VALUES(`approved_on`), `approved_on`), `monthly_amount` = IF(VALUES(`__v`) >= `__v`, VALUES(`monthly_amount`), `monthly_amount`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- entities concerned until now
SELECT `id_number` AS k FROM `relief__mirror` WHERE `case_number` IN ('<case_number>','<case_number>') AND `__there` = 1 AND `id_number` IS NOT NULL;

-- lock them, making those that are absent
INSERT INTO `person__rows` (`id_number`) VALUES ('<a>'),('<b>') ON DUPLICATE KEY UPDATE `id_number` = VALUES(`id_number`);

-- their blocks now
SELECT k, i0, i1, i2, i3, at FROM (
SELECT c.*, ROW_NUMBER() OVER (PARTITION BY k ORDER BY o0 DESC, o1 DESC) AS rn FROM (SELECT `id_number` AS k, `relief_type` AS i0, `relief_status` AS i1, `approved_on` AS i2, `monthly_amount` AS i3, `approved_on` AS o0, `case_number` AS o1, `__at` AS at FROM `relief__mirror` WHERE `__there` = 1 AND `id_number` IN ('<a>','<b>')) AS c
) AS ranked WHERE rn = 1;

-- write the blocks
INSERT INTO `person__rows` (`id_number`, `relief_type`, `relief_status`, `relief_approved_on`, `relief_monthly_amount`, `relief__there`, `relief__at`, `relief__v`) VALUES
('<entity>','<relief_type>','<relief_status>','<relief_approved_on>','<relief_monthly_amount>',1,1,1)
ON DUPLICATE KEY UPDATE `relief_type` = VALUES(`relief_type`), `relief_status` = VALUES(`relief_status`), `relief_approved_on` = VALUES(`relief_approved_on`), `relief_monthly_amount` = VALUES(`relief_monthly_amount`), `relief__there` = VALUES(`relief__there`), `relief__at` = VALUES(`relief__at`), `relief__v` = `relief__v` + 1;
