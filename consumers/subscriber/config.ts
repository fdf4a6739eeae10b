/**
 * subscriber.yaml: everything the subscriber kit is told. Passwords and keys stand in files of mode
 * 0600, named relative to the YAML file. What is delivered is not said here: the records say it.
 */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ProblemsError } from '../../bus/base/errors.ts';
import { loadDocument } from '../../bus/base/document.ts';
import { pairNames } from '../../bus/agreement/agreement.ts';

/** Names of the kit's own tables begin so, and a stage's ends so. */
const TABLE = /^(?!civicbus_)[A-Za-z][A-Za-z0-9_]{0,49}$/;

const port = z.int().min(1).max(65_535);

export const subscriberSchema = z.strictObject({
  kind: z.literal('Subscriber'),
  agreement: z
    .uuid()
    .meta({ description: 'Id of the agreement; topic, group and user follow from it.' }),
  delivery: z.enum(['realtime', 'daily']).meta({
    description: 'As the agreement says: changes as they come, or once a day as a whole.',
  }),
  contentHash: z
    .string()
    .regex(/^\$1\$[A-Za-z0-9_-]{43}$/, 'expected "$1$" and 43 characters of base64url')
    .optional()
    .meta({ description: 'Accept this version of the agreement only.' }),
  kafka: z.strictObject({
    brokers: z.array(z.string().regex(/^[^\s:]+:\d+$/, 'expected host:port')).min(1),
    user: z.string().min(1).optional().meta({ description: 'Default: pair-<agreement>.' }),
    passwordFile: z.string().min(1),
    caFile: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'PEM of the authority of the brokers; with it the connection is TLS.' }),
  }),
  registry: z.strictObject({
    url: z.url().meta({ description: 'Base of the Confluent-compatible interface.' }),
    user: z.string().min(1),
    passwordFile: z.string().min(1),
  }),
  database: z.strictObject({
    engine: z.enum(['mariadb', 'postgresql']).default('mariadb'),
    host: z.string().min(1),
    port,
    user: z.string().min(1),
    passwordFile: z.string().min(1),
    name: z.string().min(1).meta({ description: 'The database that holds the copy.' }),
    table: z
      .string()
      .regex(
        TABLE,
        'expected a plain name of at most 50 characters that does not begin with "civicbus_"',
      )
      .meta({ description: 'Made by itself; holds exactly what is delivered.' }),
  }),
  signing: z.strictObject({
    keyFile: z.string().min(1).meta({
      description: 'Key of the organization (JWK, Ed25519) that signs the receipt of a purge.',
    }),
  }),
  freshness: z
    .strictObject({ warnAfterSeconds: z.number().positive() })
    .optional()
    .meta({ description: 'Log a warning when a change arrives later than this after its source.' }),
});

export type SubscriberConfig = z.output<typeof subscriberSchema> & {
  readonly kafka: { readonly user: string };
};

/** Reads `file`; its file names become absolute. Throws ProblemsError with everything wrong. */
export async function loadSubscriberConfig(file: string): Promise<SubscriberConfig> {
  const { value, problems } = await loadDocument(file, subscriberSchema);
  if (value === undefined || problems.length > 0) throw new ProblemsError(file, problems);
  const at = (name: string) => resolve(dirname(file), name);
  const { kafka, registry, database, signing } = value;
  const { caFile } = kafka;
  return {
    ...value,
    kafka: {
      ...kafka,
      user: kafka.user ?? pairNames(value.agreement).user,
      passwordFile: at(kafka.passwordFile),
      ...(caFile === undefined ? {} : { caFile: at(caFile) }),
    },
    registry: { ...registry, passwordFile: at(registry.passwordFile) },
    database: { ...database, passwordFile: at(database.passwordFile) },
    signing: { keyFile: at(signing.keyFile) },
  };
}
