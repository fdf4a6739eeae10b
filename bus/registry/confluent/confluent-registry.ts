/**
 * The registry port over the Confluent REST interface, by the API client inside
 * @kafkajs/confluent-schema-registry. Its `SchemaRegistry` class is not used: it answers compiled
 * types (Connect's names are gone from them), caches without bound and cannot list subjects.
 */
import { createRequire } from 'node:module';
import type apiModule from '@kafkajs/confluent-schema-registry/dist/api/index.js';
import { z } from 'zod';
import { BusError, messageOf } from '../../base/errors.ts';
import { setRuleToNone } from './apicurio-rule.ts';
import type { Compatibility, SchemaRegistry, SubjectVersion } from '../registry.ts';

// A CommonJS default export, which import answers differently under Node and under a bundler.
const openClient = (
  createRequire(import.meta.url)(
    '@kafkajs/confluent-schema-registry/dist/api/index.js',
  ) as typeof apiModule
).default;

const REQUEST_TIMEOUT_MS = 5_000;
/** On server errors only; waiting for a registry that is down is the caller's affair. */
const RETRY = { retries: 2, initialRetryTimeInSecs: 0.05, maxRetryTimeInSecs: 0.5 };

const LEVELS = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const satisfies readonly Compatibility[];

const schemaAnswer = z.object({
  schema: z.string(),
  schemaType: z.string().nullish(),
  references: z.array(z.unknown()).nullish(),
});
const versionAnswer = schemaAnswer.extend({
  subject: z.string(),
  version: z.number().int(),
  id: z.number().int(),
});
const subjectsAnswer = z.array(z.string());
const configAnswer = z.object({ compatibilityLevel: z.enum(LEVELS) });
const anyAnswer = z.unknown();
const idAnswer = z.object({ id: z.number().int() });

export type RegistryTarget = {
  /** Base of the Confluent-compatible interface. */
  readonly url: string;
  /** Base of Apicurio's own interface; absent where the registry is another one. */
  readonly nativeUrl?: string;
  readonly user: string;
  readonly password: string;
};

/** What the client answers and throws, as far as it is used here. */
type Answer = { data(): unknown };
type Request = Readonly<Record<string, unknown>>;
type Client = ReturnType<typeof openClient>;

export function createConfluentRegistry({
  url,
  nativeUrl,
  user,
  password,
}: RegistryTarget): SchemaRegistry {
  const client = openClient({
    host: url,
    clientId: 'civicbus',
    auth: { username: user, password },
    retry: RETRY,
  });
  return {
    async schemaById(schemaId) {
      const absent = () => new BusError('AVRO_SCHEMA_UNKNOWN', { schemaId });
      const answer = await ask(() => find(client, { id: schemaId }), schemaAnswer, { absent });
      return parsedSchema(answer, schemaId);
    },
    async latest(subject) {
      const absent = () => new BusError('AVRO_SUBJECT_UNKNOWN', { subject });
      const call = () => subjectCall(client, 'latestVersion', { subject });
      return subjectVersion(await ask(call, versionAnswer, { absent }));
    },
    async subjects() {
      const names = await ask(() => subjectCall(client, 'all', {}), subjectsAnswer);
      return names.toSorted();
    },
    async compatibility(subject = '') {
      // An empty subject leaves the path of the rule for all.
      const call = () => subjectCall(client, 'config', { subject });
      const answer = await ask(call, configAnswer.optional(), { absent: () => undefined });
      return answer?.compatibilityLevel;
    },
    async register(subject, schema) {
      const body = { schema: JSON.stringify(schema) };
      const call = () => subjectCall(client, 'register', { subject, body });
      return (await ask(call, idAnswer, { subject })).id;
    },
    async acceptAnyChange(subject) {
      if (nativeUrl !== undefined) return setRuleToNone({ nativeUrl, user, password }, subject);
      const body = { compatibility: 'NONE' };
      await ask(() => subjectCall(client, 'updateConfig', { subject, body }), anyAnswer, {
        absent: () => new BusError('AVRO_SUBJECT_UNKNOWN', { subject }),
      });
    },
  };
}

function find(client: Client, request: Request): Promise<Answer> {
  return client.Schema.find({ ...request, timeout: REQUEST_TIMEOUT_MS }) as Promise<Answer>;
}

function subjectCall(
  client: Client,
  method: 'all' | 'latestVersion' | 'config' | 'register' | 'updateConfig',
  request: Request,
): Promise<Answer> {
  return client.Subject[method]({ ...request, timeout: REQUEST_TIMEOUT_MS }) as Promise<Answer>;
}

type AskOptions<T> = {
  /** What a 404 means: an error to throw or a value to answer. */
  readonly absent?: () => BusError | T;
  readonly subject?: string;
};

async function ask<T>(
  call: () => Promise<Answer>,
  form: z.ZodType<T>,
  { absent, subject = '' }: AskOptions<T> = {},
): Promise<T> {
  let data: unknown;
  try {
    data = (await call()).data();
  } catch (error) {
    if (statusOf(error) !== 404 || !absent) throw mapped(error, subject);
    const meaning = absent();
    if (meaning instanceof BusError) throw meaning;
    return meaning;
  }
  const parsed = form.safeParse(data);
  if (parsed.success) return parsed.data;
  // A proxy's login page or error page, not a registry.
  throw new BusError('AVRO_REGISTRY_UNREACHABLE', { why: 'its answer is not one of a registry' });
}

function mapped(error: unknown, subject: string): BusError {
  const status = statusOf(error);
  if (status === 401 || status === 403) {
    return new BusError('AVRO_REGISTRY_FORBIDDEN', { status }, error);
  }
  const why = messageOf(error).replace(/^civicbus - /, '');
  if (status === 409 || status === 422) {
    return new BusError('AVRO_REGISTRY_REFUSED', { subject, why }, error);
  }
  // The client reports a refused or broken connection as status 400, and a time-out likewise.
  return new BusError('AVRO_REGISTRY_UNREACHABLE', { why }, error);
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;
}

function subjectVersion(answer: z.infer<typeof versionAnswer>): SubjectVersion {
  const { subject, version, id } = answer;
  return { subject, version, schemaId: id, schema: parsedSchema(answer, id) };
}

function parsedSchema(answer: z.infer<typeof schemaAnswer>, schemaId: number): unknown {
  const unreadable = (why: string) => new BusError('AVRO_SCHEMA_UNREADABLE', { schemaId, why });
  const type = answer.schemaType ?? 'AVRO';
  if (type !== 'AVRO') throw unreadable(`it is of type ${type}`);
  if ((answer.references ?? []).length > 0) throw unreadable('it refers to other schemas');
  try {
    return JSON.parse(answer.schema) as unknown;
  } catch {
    throw unreadable('it is not JSON');
  }
}
