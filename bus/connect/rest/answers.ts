/** The shapes of a worker's answers, as far as they are read, and their way to the port. */
import { z } from 'zod';
import { BusError } from '../../base/errors.ts';
import type { ConfigProblem, ConnectorState, ConnectorStatus } from '../connect.ts';

const STATES = {
  RUNNING: 'running',
  PAUSED: 'paused',
  STOPPED: 'stopped',
  FAILED: 'failed',
  UNASSIGNED: 'unassigned',
  RESTARTING: 'restarting',
  DESTROYED: 'stopped',
} as const satisfies Readonly<Record<string, ConnectorState>>;

const state = z
  .enum(Object.keys(STATES) as (keyof typeof STATES)[])
  .transform((key) => STATES[key]);

export const CONFIG = z.record(z.string(), z.string());

export const STATUS = z
  .object({
    name: z.string(),
    connector: z.object({ state }),
    tasks: z.array(z.object({ id: z.int(), state, trace: z.string().optional() })),
  })
  .transform(({ name, connector, tasks }): ConnectorStatus => ({
    name,
    state: connector.state,
    tasks: tasks.map(({ id, state: taskState, trace }) => ({
      id,
      state: taskState,
      ...(trace === undefined ? {} : { trace }),
    })),
  }));

export const STATUS_LIST = z
  .record(z.string(), z.object({ status: STATUS }))
  .transform((all) => Object.values(all).map(({ status }) => status));

export const OFFSETS = z
  .object({ offsets: z.array(z.object({ partition: z.unknown(), offset: z.unknown() })) })
  .transform(({ offsets }) => offsets);

export const VALIDATION = z
  .object({
    configs: z.array(
      z.object({ value: z.object({ name: z.string(), errors: z.array(z.string()) }) }),
    ),
  })
  .transform(({ configs }) =>
    configs.flatMap(({ value }) =>
      value.errors.map((message): ConfigProblem => ({ field: value.name, message })),
    ),
  );

/** The answer in the given shape; a worker that answers otherwise is of an unknown version. */
export function read<T>(shape: z.ZodType<T>, answer: unknown, what: string): T {
  const parsed = shape.safeParse(answer);
  if (parsed.success) return parsed.data;
  const why = `the answer has an unknown shape: ${z.prettifyError(parsed.error)}`;
  throw new BusError('CONNECT_REFUSED', { what, status: 200, why });
}
