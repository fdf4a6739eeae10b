/**
 * A source as its DBA declares it: one department database, the user that captures it,
 * and every table with key, owner and classification of each column. The zod schema is the
 * primary definition; schemas/source.schema.json and the types here follow from it.
 */
import { z } from 'zod';

const NAME = /^[a-z][a-z0-9-]{0,39}$/;
/** ASCII only: Avro names allow no more, and an adjusted name would surprise its DBA. */
const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const name = z
  .string()
  .regex(
    NAME,
    'A name is lower-case letters, digits and hyphens, begins with a letter and has at most 40 characters',
  );
const identifier = z
  .string()
  .regex(
    IDENTIFIER,
    'Only ASCII letters, digits and underscores, beginning with a letter, can be captured',
  )
  .refine((value) => value !== '__proto__', 'This name cannot be used');

export const CLASSIFICATIONS = ['public', 'internal', 'personal', 'sensitive'] as const;
export type Classification = (typeof CLASSIFICATIONS)[number];

const columnSchema = z.strictObject({
  name: identifier.describe('The column as the database names it.'),
  type: z
    .string()
    .min(1)
    .describe('The type, as in CREATE TABLE, without NULL, DEFAULT or character set.'),
  owner: name
    .optional()
    .describe('Office that answers for the column; the table’s owner if absent.'),
  classification: z.enum(CLASSIFICATIONS).describe('How far the column may travel.'),
  captured: z
    .boolean()
    .optional()
    .describe('false: the column never leaves the database. Required for sensitive columns.'),
  description: z.string().optional(),
});

const tableSchema = z.strictObject({
  name: identifier.describe('The table as the database names it.'),
  key: z.array(identifier).min(1).describe('Columns of the primary key, in its order.'),
  owner: name.describe('Office that answers for the table.'),
  description: z.string().optional(),
  columns: z.array(columnSchema).min(1).describe('Every column of the table.'),
});

const connectionSchema = z.strictObject({
  server: name.optional().describe('A named server of the context ("providers").'),
  host: z.string().min(1).optional().describe('Host, where the server has no name.'),
  port: z.int().min(1).max(65_535).optional().describe('Port, together with host.'),
  database: identifier.describe('The database that is captured.'),
  schema: identifier
    .optional()
    .describe('PostgreSQL only: the schema of all its tables; public if absent.'),
  tls: z
    .enum(['disable', 'trust', 'verify-ca', 'verify-full'])
    .default('verify-full')
    .describe('How the connection is protected. "disable" is for servers on this machine.'),
});

const captureSchema = z.strictObject({
  user: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, 'A user name is letters, digits, "_" and "-"'),
  passwordFile: z
    .string()
    .regex(FILE_NAME, 'Expected a plain file name; the file is looked for in the secrets folder')
    .describe('File name inside the secrets folder; the file has mode 0600.'),
  serverId: z
    .int()
    .min(1)
    .max(4_294_967_295)
    .optional()
    .describe(
      'MariaDB only: replication server id of the capture; derived from the source’s name if absent.',
    ),
  pollIntervalMs: z.int().min(1).max(10_000).default(10),
  heartbeatIntervalMs: z.int().min(1000).max(60_000).default(5000),
  snapshot: z
    .enum(['initial', 'when_needed', 'no_data'])
    .default('initial')
    .describe('initial: copy the tables once, then follow. no_data: follow only.'),
});

const topicsSchema = z.strictObject({
  partitions: z.int().min(1).max(64).default(4).describe('Fixed for the life of a topic.'),
  replication: z.int().min(1).max(5).default(1),
  retentionDays: z.int().min(1).max(3650).default(7),
  compression: z.enum(['none', 'gzip']).default('none'),
});

export const sourceSchema = z
  .strictObject({
    apiVersion: z.literal('civicbus/v1'),
    kind: z.literal('Source'),
    name: name.describe('Name of the source; part of every topic, never changed later.'),
    organization: name.describe('The department that provides the data.'),
    description: z.string().optional(),
    engine: z.enum(['mariadb', 'postgresql']).describe('mariadb also stands for MySQL.'),
    connection: connectionSchema,
    capture: captureSchema,
    topics: topicsSchema.prefault({}),
    tables: z.array(tableSchema).min(1),
  })
  .describe('A department database that is captured, as its DBA declares it.');

export type Source = z.output<typeof sourceSchema>;
export type SourceTable = Source['tables'][number];
export type SourceColumn = SourceTable['columns'][number];

/**
 * What stands before a table's name in topics, events and signals: the schema on PostgreSQL, the
 * database elsewhere.
 */
export function tableSpaceOf({ engine, connection }: Source): string {
  return engine === 'postgresql' ? (connection.schema ?? 'public') : connection.database;
}

/** Captured columns of a table, in the order declared. */
export function capturedColumns(table: SourceTable): readonly SourceColumn[] {
  return table.columns.filter((column) => column.captured !== false);
}

/** The office that answers for a column. */
export function ownerOf(table: SourceTable, column: SourceColumn): string {
  return column.owner ?? table.owner;
}
