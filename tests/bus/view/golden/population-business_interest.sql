-- a row
INSERT INTO `business_interest__rows` (`entity_code`, `id_number`, `interest_role`, `share_ratio`, `__there`, `__at`, `__v`) VALUES
('<entity_code>','<id_number>','<interest_role>','<share_ratio>',1,1700000000000,1)
ON DUPLICATE KEY UPDATE `interest_role` = IF(VALUES(`__v`) >= `__v`, VALUES(`interest_role`), `interest_role`), `share_ratio` = IF(VALUES(`__v`) >= `__v`, VALUES(`share_ratio`), `share_ratio`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));

-- a row that is gone
INSERT INTO `business_interest__rows` (`entity_code`, `id_number`, `interest_role`, `share_ratio`, `__there`, `__at`, `__v`) VALUES
('<entity_code>','<id_number>',NULL,NULL,0,1700000000000,2)
ON DUPLICATE KEY UPDATE `interest_role` = IF(VALUES(`__v`) >= `__v`, VALUES(`interest_role`), `interest_role`), `share_ratio` = IF(VALUES(`__v`) >= `__v`, VALUES(`share_ratio`), `share_ratio`), `__there` = IF(VALUES(`__v`) >= `__v`, VALUES(`__there`), `__there`), `__at` = IF(VALUES(`__v`) >= `__v`, VALUES(`__at`), `__at`), `__v` = GREATEST(`__v`, VALUES(`__v`));
