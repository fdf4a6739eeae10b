-- a row
INSERT INTO `marriage__mirror` (`registration_number`, `spouse_a_id_number`, `spouse_b_id_number`, `event_type`, `registered_on`, `__there`, `__at`, `__v`) VALUES
('<registration_number>','<spouse_a_id_number>','<spouse_b_id_number>','<event_type>','<registered_on>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `spouse_a_id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`spouse_a_id_number`), `spouse_a_id_number`), `spouse_b_id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`spouse_b_id_number`), `spouse_b_id_number`), `event_type` = IF(VALUES(`__v`) >= `__v`, VALUES(`event_type`), `event_type`), `registered_on` = IF(VALUES(`__v`) >= `__v`, VALUES(`registered_on`), `registered_on`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- a row that is gone
INSERT INTO `marriage__mirror` (`registration_number`, `spouse_a_id_number`, `spouse_b_id_number`, `event_type`, `registered_on`, `__there`, `__at`, `__v`) VALUES
('<registration_number>',NULL,NULL,NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `spouse_a_id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`spouse_a_id_number`), `spouse_a_id_number`), `spouse_b_id_number` = IF(VALUES(`__v`) >= `__v`, VALUES(`spouse_b_id_number`), `spouse_b_id_number`), `event_type` = IF(VALUES(`__v`) >= `__v`, VALUES(`event_type`), `event_type`), `registered_on` = IF(VALUES(`__v`) >= `__v`, VALUES(`registered_on`), `registered_on`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- entities concerned until now
SELECT `spouse_a_id_number` AS k FROM `marriage__mirror` WHERE `registration_number` IN ('<registration_number>','<registration_number>') AND `__there` = 1 AND `spouse_a_id_number` IS NOT NULL
UNION ALL
SELECT `spouse_b_id_number` AS k FROM `marriage__mirror` WHERE `registration_number` IN ('<registration_number>','<registration_number>') AND `__there` = 1 AND `spouse_b_id_number` IS NOT NULL;

-- lock them, making those that are absent
INSERT INTO `person__rows` (`id_number`) VALUES ('<a>'),('<b>') ON DUPLICATE KEY UPDATE `id_number` = VALUES(`id_number`);

-- their blocks now
SELECT k, i0, i1, i2, at FROM (
SELECT c.*, ROW_NUMBER() OVER (PARTITION BY k ORDER BY o0 DESC, o1 DESC) AS rn FROM (SELECT `spouse_a_id_number` AS k, `event_type` AS i0, `spouse_b_id_number` AS i1, `registered_on` AS i2, `registered_on` AS o0, `registration_number` AS o1, `__at` AS at FROM `marriage__mirror` WHERE `__there` = 1 AND `spouse_a_id_number` IN ('<a>','<b>')
UNION ALL
SELECT `spouse_b_id_number` AS k, `event_type` AS i0, `spouse_a_id_number` AS i1, `registered_on` AS i2, `registered_on` AS o0, `registration_number` AS o1, `__at` AS at FROM `marriage__mirror` WHERE `__there` = 1 AND `spouse_b_id_number` IN ('<a>','<b>')) AS c
) AS ranked WHERE rn = 1;

-- write the blocks
INSERT INTO `person__rows` (`id_number`, `marital_status`, `spouse_id_number`, `marriage_event_date`, `marriage__there`, `marriage__at`, `marriage__v`) VALUES
('<entity>','<marital_status>','<spouse_id_number>','<marriage_event_date>',1,1,1)
ON DUPLICATE KEY UPDATE `marital_status` = VALUES(`marital_status`), `spouse_id_number` = VALUES(`spouse_id_number`), `marriage_event_date` = VALUES(`marriage_event_date`), `marriage__there` = VALUES(`marriage__there`), `marriage__at` = VALUES(`marriage__at`), `marriage__v` = `marriage__v` + 1;
