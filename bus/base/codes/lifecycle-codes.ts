/** Codes of the lifecycle of agreements and the control database. */
import type { CodeTable } from './code.ts';

export const LIFECYCLE_CODES = {} as const satisfies CodeTable;
