/** Codes of the source area. */
import type { CodeTable } from './code.ts';

export const SOURCE_CODES = {} as const satisfies CodeTable;
