/** Codes of the connect area. */
import type { CodeTable } from './code.ts';

export const CONNECT_CODES = {} as const satisfies CodeTable;
