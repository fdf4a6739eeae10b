/**
 * The form of agreement.yaml. What it gives is AgreementContent with every default written out, so
 * that a hash does not depend on who fills them in. Meaning across fields and against resources,
 * organizations and calendars is the linter's (`lint/`).
 */
import semver from 'semver';
import { z } from 'zod';
import type { AgreementContent } from '../agreement.ts';
import { CLASSIFICATIONS } from '../resource.ts';
import { keyIdSchema } from '../signature/keys.ts';
import {
  columnSchema,
  dateSchema,
  momentSchema,
  orgIdSchema,
  resourceIdSchema,
  sentenceSchema,
  slugSchema,
} from './words.ts';

const PARTITIONS_MAX = 64;
const KEPT_CHARS_MAX = 200;
const NOTICE_DAYS_MAX = 365;

const version = z
  .string()
  .refine((text) => semver.valid(text) === text, 'expected three numbers, e.g. "1.0.0"');
const contentHash = z
  .string()
  .regex(/^\$1\$[A-Za-z0-9_-]{43}$/, 'expected "$1$" and 43 characters, as `validate` shows it');

const kept = z.int().min(1).max(KEPT_CHARS_MAX);
const generalise = { method: z.literal('generalise') };
const mask = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('null') }),
  z.strictObject({
    method: z.literal('partial'),
    keep: z.enum(['first', 'last', 'ends']).default('first'),
    count: kept.default(1).describe('Characters kept, at each end where keep is "ends".'),
  }),
  z.discriminatedUnion('to', [
    z.strictObject({ ...generalise, to: z.literal('year') }),
    z.strictObject({ ...generalise, to: z.literal('month') }),
    z.strictObject({ ...generalise, to: z.literal('prefix'), length: kept }),
  ]),
  z.strictObject({ method: z.literal('truncate'), length: kept }),
  z.strictObject({
    method: z.literal('hmac-sha256'),
    keyScope: z
      .enum(['pair', 'theme'])
      .default('pair')
      .describe(
        'pair: tokens of two agreements cannot be joined. theme: inside one theme they can.',
      ),
  }),
]);

const field = z.strictObject({
  name: columnSchema,
  required: z.boolean().default(false),
  classification: z.enum(CLASSIFICATIONS).exactOptional(),
  category: slugSchema.exactOptional(),
  mask: mask
    .exactOptional()
    .describe('What leaves in place of the value; absent: the value itself.'),
});

const party = z.strictObject({
  orgId: orgIdSchema,
  unit: slugSchema.exactOptional(),
  contact: z.array(sentenceSchema).default([]).describe('Offices, not persons.'),
  signer: keyIdSchema.describe('Name of the key that signs for it.'),
});

const legalBasis = z.strictObject({
  ref: sentenceSchema,
  article: sentenceSchema.exactOptional(),
  validFrom: dateSchema,
  validUntil: dateSchema.exactOptional().describe('First day on which it is no longer in force.'),
});

const purpose = z.strictObject({
  code: z
    .string()
    .regex(/^[A-Z][A-Z0-9.-]{1,59}$/, 'expected capital letters, digits, "." and "-"'),
  text: sentenceSchema,
  legalBasis: z.array(legalBasis).default([]),
  applications: z.array(slugSchema).default([]),
  authorisation: z.enum(['none', 'data-subject', 'case']).default('none'),
});

const scope = z.strictObject({
  fields: z.array(field).min(1).describe('An allow-list: what is absent is never delivered.'),
  rows: sentenceSchema.exactOptional().describe('CEL over row.<field>; absent: all rows.'),
  onRowExit: z.enum(['retract', 'freeze']).default('retract'),
  backfill: z.enum(['snapshot', 'none']).default('snapshot'),
});

const delivery = z.strictObject({
  mode: z.enum(['realtime', 'daily']),
  daily: z
    .strictObject({
      cutoff: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time, e.g. "02:00"'),
      timezone: z.string().min(1).default('Asia/Shanghai'),
      calendar: z.enum(['every-day', 'working-days']).default('every-day'),
    })
    .exactOptional(),
  table: z.string().min(1).describe('Where the subscriber keeps its copy.'),
  partitions: z
    .int()
    .min(1)
    .max(PARTITIONS_MAX)
    .default(1)
    .describe('Fixed for the life of a version.'),
});

const duty = z
  .record(z.string().min(1), z.json())
  .refine((one) => Object.keys(one).length > 0, 'expected a duty or prohibition');
const duties = z.array(duty).default([]);
const free = z.array(z.record(z.string().min(1), z.json())).default([]);

export const agreementSchema = z
  .strictObject({
    apiVersion: z.literal('civicbus/v1'),
    kind: z.literal('SharingAgreement'),
    id: z
      .uuid()
      .refine((id) => id === id.toLowerCase(), 'expected lower-case letters')
      .describe('The same in all versions; never reused.'),
    name: slugSchema,
    version: version.describe('Every change of content is a new version; in quotes.'),
    supersedes: z
      .strictObject({ version, contentHash })
      .exactOptional()
      .describe('The version that this one takes the place of.'),
    theme: slugSchema.describe('The matter that several agreements serve together.'),
    provider: party,
    subscriber: party,
    delegate: z
      .strictObject({
        orgId: orgIdSchema,
        onBehalfOf: z.literal('subscriber').default('subscriber'),
        until: momentSchema,
      })
      .exactOptional(),
    resource: z.strictObject({
      resourceId: resourceIdSchema,
      contractVersion: z
        .string()
        .refine((range) => semver.validRange(range) !== null, 'expected a range, e.g. "1.x"')
        .describe('Versions of the data contract that are accepted; in quotes.'),
    }),
    purpose,
    scope,
    delivery,
    slaProperties: z
      .array(
        z.strictObject({
          property: sentenceSchema,
          value: z.number().positive(),
          unit: sentenceSchema,
          driver: z.enum(['regulatory', 'analytics', 'operational']).exactOptional(),
        }),
      )
      .default([]),
    obligations: z
      .strictObject({
        provide: duties,
        use: duties,
        dispose: duties,
        security: duties,
      })
      .prefault({}),
    objection: z
      .strictObject({
        channel: slugSchema,
        acknowledgeWithinWorkingDays: z.int().min(1).max(60),
        resolveWithinWorkingDays: z.int().min(1).max(60),
      })
      .exactOptional()
      .describe('How the subscriber tells that data is wrong, and when it is answered.'),
    validity: z.strictObject({
      notBefore: momentSchema,
      notAfter: momentSchema.describe('Exclusive.'),
      nextReassessment: dateSchema.exactOptional(),
      noticeDays: z.int().min(0).max(NOTICE_DAYS_MAX).default(30),
    }),
    contentHash: contentHash.exactOptional().describe('When given, it has to fit the content.'),
    authoritativeDefinitions: free,
    customProperties: free,
  })
  .describe('A sharing pair: one provider, one subscriber, exactly these fields and rows.');

/** As it stands in a file: content, and perhaps the hash that the author expects. */
export type AgreementFile = z.output<typeof agreementSchema>;

/** The signed content of a file. */
export function contentOf({ contentHash: _stated, ...content }: AgreementFile): AgreementContent {
  return content;
}
