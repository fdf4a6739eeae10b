/** The catalogue as declared: which parts of the shared views may be shared, by whom and how far. */
import semver from 'semver';
import { z } from 'zod';
import { loadDocument, type LoadedDocument } from '../../base/document.ts';
import { type Problem, ProblemsError } from '../../base/errors.ts';
import type { Catalogue } from '../organization.ts';
import { MEMBER_TYPES, SHARING_TYPES } from '../resource.ts';
import { orgIdSchema, resourceIdSchema, sentenceSchema } from './words.ts';

export const catalogueSchema = z
  .strictObject({
    apiVersion: z.literal('civicbus/v1'),
    kind: z.literal('Catalogue'),
    resources: z
      .array(
        z.strictObject({
          id: resourceIdSchema.describe('"<view>/<table readers see>".'),
          description: sentenceSchema,
          provider: orgIdSchema.describe('Answers for it and signs as provider.'),
          sharingType: z.enum(SHARING_TYPES),
          memberTypes: z
            .array(z.enum(MEMBER_TYPES))
            .min(1)
            .exactOptional()
            .describe('Absent: open to every kind of member.'),
          contractVersion: z
            .string()
            .refine((text) => semver.valid(text) === text, 'expected three numbers, e.g. "1.0.0"')
            .describe('Of its data contract; in quotes.'),
        }),
      )
      .min(1),
  })
  .describe('What of the shared views may be shared.');

/** Throws ProblemsError with everything wrong, BUS_FILE_UNREADABLE. */
export async function loadCatalogue(file: string): Promise<Catalogue> {
  const document = await loadDocument(file, catalogueSchema, { quoted: ['contractVersion'] });
  const problems = [...document.problems, ...repeated(document)];
  if (!document.value || problems.length > 0) throw new ProblemsError(file, problems);
  return { resources: document.value.resources };
}

function repeated({ value, at }: LoadedDocument<z.output<typeof catalogueSchema>>): Problem[] {
  const known = new Set<string>();
  return (value?.resources ?? []).flatMap(({ id }, index) => {
    if (known.has(id)) return [at(['resources', index, 'id'], `"${id}" is declared twice.`)];
    known.add(id);
    return [];
  });
}
