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
  items: z.array(item).min(1),
});

export const viewSchema = z.strictObject({
  apiVersion: z.literal('civicbus/v1'),
  kind: z.literal('View'),
  name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'expected lower-case letters, digits and "-"'),
  description: z.string().default(''),
  database: name,
  entity: z.strictObject({ table: name, key: column, visibleBy: name }),
  blocks: z.array(block).min(1),
});

export type ViewDeclaration = z.infer<typeof viewSchema>;
export type BlockDeclaration = ViewDeclaration['blocks'][number];
