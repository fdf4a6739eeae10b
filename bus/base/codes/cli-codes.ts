/** Codes of the cli area. */
import type { CodeTable } from './code.ts';

export const CLI_CODES = {} as const satisfies CodeTable;
