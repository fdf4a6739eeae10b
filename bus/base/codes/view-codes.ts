/** Codes of the view area. */
import type { CodeTable } from './code.ts';

export const VIEW_CODES = {} as const satisfies CodeTable;
