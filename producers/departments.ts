/** All departments of the synthetic city. A new one is a folder beside these and one line here. */
import { civilAffairs } from './civil-affairs/civil-affairs.ts';
import type { Department } from './department.ts';
import { police } from './police/police.ts';

export const DEPARTMENTS: readonly Department[] = [police, civilAffairs];
