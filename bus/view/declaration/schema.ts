/** The form of a view file. Meaning across fields is checked by resolve.ts. */
import { z } from 'zod';

const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,40}$/,
    'expected lower-case letters, digits and "_", starting with a letter, at most 41',
  );
const columnName = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,50}$/,
    'expected letters, digits and "_", starting with a letter, at most 51',
  );
const qualifiedTable = z.string().regex(/^[^.\s]+\.[^.\s]+$/, 'expected database.table');
const typeText = z.string().min(1);

const column = z.strictObject({ name: columnName, type: typeText });

const item = z.strictObject({
  name: columnName,
  type: typeText,
  from: columnName.optional().describe('Source column it is copied from; default: the item name.'),
});

const mirror = z
  .strictObject({
    columns: z.array(column).min(1).describe('Source columns kept, the key columns among them.'),
    touches: z
      .array(
        z.strictObject({
          entity: columnName.describe('The column that names the entity concerned.'),
          as: z
            .record(columnName, columnName)
            .optional()
            .describe('Further names for columns, seen from this entity.'),
        }),
      )
      .min(1),
    latestBy: z
      .array(columnName)
      .min(1)
      .describe('Of several rows of an entity the greatest by these counts.'),
  })
  .describe('For source tables whose key is not the key of the view.');

const many = z
  .strictObject({
    key: z.array(column).min(1).describe('The primary key of the source table, with types.'),
    entity: columnName
      .optional()
      .describe('The column that names the entity; absent for a table that stands by itself.'),
  })
  .describe('For source tables whose rows are all shown, in a table of their own.');

const report = z.strictObject({
  item: columnName.describe('An item of which another block is the authority.'),
  from: columnName.optional().describe('Source column of the value; default: the item name.'),
});

const block = z.strictObject({
  name,
  category: z.number().int().min(1),
  authority: z.string().min(1).describe('The organization whose records decide these items.'),
  from: z.strictObject({
    source: z.string().min(1),
    table: qualifiedTable,
    key: z.array(columnName).min(1).describe('Primary key of the source table, in its order.'),
  }),
  mirror: mirror.optional(),
  many: many.optional(),
  items: z.array(item),
  kept: z
    .array(item)
    .default([])
    .describe('Stored beside the items for lifecycle and history, not shown.'),
  reports: z
    .array(report)
    .default([])
    .describe('Values of other blocks’ items; where they differ, a conflict is open.'),
});

export const viewSchema = z.strictObject({
  apiVersion: z.literal('civicbus/v1'),
  kind: z.literal('View'),
  name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'expected lower-case letters, digits and "-"'),
  description: z.string().default(''),
  database: name,
  entity: z.strictObject({
    table: name,
    key: column,
    visibleBy: name,
    visibleWhile: z
      .strictObject({ column: columnName, in: z.array(z.string()).min(1) })
      .optional()
      .describe('Shown only while this column of the visibleBy block has one of the values.'),
  }),
  history: z
    .strictObject({ retentionDays: z.int().min(1).max(36_500) })
    .optional()
    .describe('Keeps every change, append-only, for so many days.'),
  blocks: z.array(block).min(1),
});

export type ViewDeclaration = z.infer<typeof viewSchema>;
export type BlockDeclaration = ViewDeclaration['blocks'][number];
