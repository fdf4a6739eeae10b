/** Codes of the sql area. */
import type { CodeTable } from './code.ts';

export const SQL_CODES = {} as const satisfies CodeTable;
