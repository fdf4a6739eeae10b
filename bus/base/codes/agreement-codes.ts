/** Codes of the agreement document, its linter and signatures. */
import type { CodeTable } from './code.ts';

export const AGREEMENT_CODES = {} as const satisfies CodeTable;
