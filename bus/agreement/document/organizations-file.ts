/** Organizations as declared: who takes part, what kind of member each is, and which keys sign for it. */
import { z } from 'zod';
import { loadDocument, type LoadedDocument } from '../../base/document.ts';
import { type Problem, ProblemsError } from '../../base/errors.ts';
import type { Organization } from '../organization.ts';
import { MEMBER_TYPES } from '../resource.ts';
import { keyIdSchema, publicJwkSchema } from '../signature/keys.ts';
import { orgIdSchema, sentenceSchema } from './words.ts';

export const organizationsSchema = z
  .strictObject({
    apiVersion: z.literal('civicbus/v1'),
    kind: z.literal('Organizations'),
    organizations: z
      .array(
        z.strictObject({
          orgId: orgIdSchema,
          name: z.strictObject({ en: sentenceSchema, 'zh-Hans': sentenceSchema }),
          memberType: z.enum(MEMBER_TYPES),
          authority: z
            .boolean()
            .default(false)
            .describe('Checks agreements and files them; at least one organization is.'),
          keys: z
            .array(
              z.strictObject({
                kid: keyIdSchema.describe('Name of the key, never used for another one.'),
                jwk: publicJwkSchema
                  .optional()
                  .describe('Public key (Ed25519); absent: the stack makes the pair itself.'),
              }),
            )
            .min(1),
        }),
      )
      .min(1),
  })
  .describe('Organizations that take part, with the keys that sign for them.');

type File = z.output<typeof organizationsSchema>;

/** Throws ProblemsError with everything wrong, BUS_FILE_UNREADABLE. */
export async function loadOrganizations(file: string): Promise<readonly Organization[]> {
  const document = await loadDocument(file, organizationsSchema);
  const problems = [...document.problems, ...organizationProblems(document)];
  if (!document.value || problems.length > 0) throw new ProblemsError(file, problems);
  return document.value.organizations.map(({ orgId, name, memberType, authority, keys }) => ({
    orgId,
    name,
    memberType,
    isAuthority: authority,
    signers: keys.map(({ kid }) => kid),
    keys: keys.flatMap(({ kid, jwk }) => (jwk ? [{ orgId, kid, jwk }] : [])),
  }));
}

function organizationProblems({ value, at }: LoadedDocument<File>): Problem[] {
  if (!value) return [];
  const problems: Problem[] = [];
  const orgs = new Set<string>();
  const kids = new Set<string>();
  value.organizations.forEach(({ orgId, keys }, index) => {
    const path = ['organizations', index] as const;
    if (orgs.has(orgId)) problems.push(at([...path, 'orgId'], `"${orgId}" is declared twice.`));
    orgs.add(orgId);
    keys.forEach(({ kid }, keyIndex) => {
      if (kids.has(kid))
        problems.push(at([...path, 'keys', keyIndex, 'kid'], `Two keys are named "${kid}".`));
      kids.add(kid);
    });
  });
  if (!value.organizations.some(({ authority }) => authority))
    problems.push(
      at(
        ['organizations'],
        'No organization is the authority that files agreements.',
        'Say "authority: true" for one.',
      ),
    );
  return problems;
}
