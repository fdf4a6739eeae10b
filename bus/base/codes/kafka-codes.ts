/** Codes of the kafka area. */
import type { CodeTable } from './code.ts';

export const KAFKA_CODES = {} as const satisfies CodeTable;
