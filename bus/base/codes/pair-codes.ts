/** Codes of compiling and deploying sharing pairs. */
import type { CodeTable } from './code.ts';

export const PAIR_CODES = {} as const satisfies CodeTable;
