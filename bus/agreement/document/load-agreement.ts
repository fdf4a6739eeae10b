/** agreement.yaml read strictly: one meaning for whoever reads it. Every fault of form at once, with its line. */
import { loadDocument, parseYaml, type LoadedDocument } from '../../base/document.ts';
import { ProblemsError } from '../../base/errors.ts';
import type { AgreementContent } from '../agreement.ts';
import { agreementSchema, contentOf, type AgreementFile } from './agreement-schema.ts';

const STRICT = { quoted: ['version', 'contractVersion'] } as const;

/** Throws BUS_FILE_UNREADABLE; what is wrong inside stands in `problems`. */
export async function loadAgreement(file: string): Promise<LoadedDocument<AgreementFile>> {
  return loadDocument(file, agreementSchema, STRICT);
}

/** As `loadAgreement`, from text. */
export function parseAgreement(file: string, content: string): LoadedDocument<AgreementFile> {
  return parseYaml({ file, content, schema: agreementSchema, strict: STRICT });
}

/**
 * A stored document (canonical JSON of the control database) as content: the same checks of form as
 * a file's. Throws ProblemsError where it is none.
 */
export function parseContent(where: string, value: unknown): AgreementContent {
  const parsed = agreementSchema.safeParse(value);
  if (parsed.success) return contentOf(parsed.data);
  throw new ProblemsError(
    where,
    parsed.error.issues.map(({ path, message }) => ({
      file: where,
      path: path.join('.'),
      message,
    })),
  );
}
