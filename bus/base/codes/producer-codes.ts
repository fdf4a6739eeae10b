/** Codes of the producer area. */
import type { CodeTable } from './code.ts';

export const PRODUCER_CODES = {} as const satisfies CodeTable;
