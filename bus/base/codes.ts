/** All error codes in one table; the only place that knows every area. */
import { AVRO_CODES } from './codes/avro-codes.ts';
import { BASE_CODES } from './codes/base-codes.ts';
import { BENCH_CODES } from './codes/bench-codes.ts';
import { CLI_CODES } from './codes/cli-codes.ts';
import type { CodeTable } from './codes/code.ts';
import { CONNECT_CODES } from './codes/connect-codes.ts';
import { KAFKA_CODES } from './codes/kafka-codes.ts';
import { PRODUCER_CODES } from './codes/producer-codes.ts';
import { SOURCE_CODES } from './codes/source-codes.ts';
import { SQL_CODES } from './codes/sql-codes.ts';
import { STACK_CODES } from './codes/stack-codes.ts';
import { SWEEP_CODES } from './codes/sweep-codes.ts';
import { VIEW_CODES } from './codes/view-codes.ts';

export const CODES = {
  ...BASE_CODES,
  ...AVRO_CODES,
  ...BENCH_CODES,
  ...CLI_CODES,
  ...CONNECT_CODES,
  ...KAFKA_CODES,
  ...PRODUCER_CODES,
  ...SOURCE_CODES,
  ...SQL_CODES,
  ...STACK_CODES,
  ...SWEEP_CODES,
  ...VIEW_CODES,
} as const satisfies CodeTable;

export type ErrorCode = keyof typeof CODES;
