/** Codes of the avro area. */
import type { CodeTable } from './code.ts';

export const AVRO_CODES = {} as const satisfies CodeTable;
