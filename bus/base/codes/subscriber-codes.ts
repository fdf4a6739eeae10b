/** Codes of the subscriber kit. */
import type { CodeTable } from './code.ts';

export const SUBSCRIBER_CODES = {} as const satisfies CodeTable;
