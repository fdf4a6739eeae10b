/** Codes of the stack area. */
import type { CodeTable } from './code.ts';

export const STACK_CODES = {} as const satisfies CodeTable;
