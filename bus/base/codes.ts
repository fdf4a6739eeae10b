/** All error codes in one table; the only place that knows every area. */
import { AUDIT_CODES } from './codes/audit-codes.ts';
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
import { AGREEMENT_CODES } from './codes/agreement-codes.ts';
import { LIFECYCLE_CODES } from './codes/lifecycle-codes.ts';
import { PAIR_CODES } from './codes/pair-codes.ts';
import { PREDICATE_CODES } from './codes/predicate-codes.ts';
import { SUBSCRIBER_CODES } from './codes/subscriber-codes.ts';
import { GATEWAY_CODES } from './codes/gateway-codes.ts';
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
  ...GATEWAY_CODES,
  ...AUDIT_CODES,
  ...SUBSCRIBER_CODES,
  ...PREDICATE_CODES,
  ...PAIR_CODES,
  ...LIFECYCLE_CODES,
  ...AGREEMENT_CODES,
} as const satisfies CodeTable;

export type ErrorCode = keyof typeof CODES;
