-- a row
INSERT INTO `unemployment__mirror` (`unemployment_number`, `id_number`, `registered_on`, `__there`, `__at`, `__v`) VALUES
('<unemployment_number>','<id_number>','<registered_on>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`id_number`), `id_number`), `registered_on` = IF(VALUES(`__v`) >= `__v`, VALUES(`registered_on`), `registered_on`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- a row that is gone
INSERT INTO `unemployment__mirror` (`unemployment_number`, `id_number`, `registered_on`, `__there`, `__at`, `__v`) VALUES
('<unemployment_number>',NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`id_number`), `id_number`), `registered_on` = IF(VALUES(`__v`) >= `__v`, VALUES(`registered_on`), `registered_on`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- entities concerned until now
SELECT `id_number` AS k FROM `unemployment__mirror` WHERE `unemployment_number` IN ('<unemployment_number>','<unemployment_number>') AND `__there` = 1 AND `id_number` IS NOT NULL;

-- lock them, making those that are absent
INSERT INTO `person__rows` (`id_number`) VALUES ('<a>'),('<b>') ON DUPLICATE KEY UPDATE `id_number` = VALUES(`id_number`);

-- their blocks now
SELECT k, i0, i1, at FROM (
SELECT c.*, ROW_NUMBER() OVER (PARTITION BY k ORDER BY o0 DESC, o1 DESC) AS rn FROM (SELECT `id_number` AS k, `unemployment_number` AS i0, `registered_on` AS i1, `registered_on` AS o0, `unemployment_number` AS o1, `__at` AS at FROM `unemployment__mirror` WHERE `__there` = 1 AND `id_number` IN ('<a>','<b>')) AS c
) AS ranked WHERE rn = 1;

-- write the blocks
INSERT INTO `person__rows` (`id_number`, `unemployment_number`, `unemployment_registered_on`, `unemployment__there`, `unemployment__at`, `unemployment__v`) VALUES
('<entity>','<unemployment_number>','<unemployment_registered_on>',1,1,1)
ON DUPLICATE KEY UPDATE `unemployment_number` = VALUES(`unemployment_number`), `unemployment_registered_on` = VALUES(`unemployment_registered_on`), `unemployment__there` = VALUES(`unemployment__there`), `unemployment__at` = VALUES(`unemployment__at`), `unemployment__v` = `unemployment__v` + 1;
