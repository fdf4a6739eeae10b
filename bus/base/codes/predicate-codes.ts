/** Codes of row predicates and masks. */
import type { CodeTable } from './code.ts';

export const PREDICATE_CODES = {} as const satisfies CodeTable;
