/** Codes of the agreement document, its linter and signatures. */
import type { CodeTable } from './code.ts';

export const AGREEMENT_CODES = {
  AGREEMENT_SIGNATURE_INVALID: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The signature of "{{verb}}" on agreement {{id}} does not hold: {{why}}.',
    cause:
      'The agreement or the statement was changed after it was signed, or the signature belongs to another statement.',
    remedy:
      'Compare the content hashes of both sides; have the organization sign the statement as it stands now.',
  },
  AGREEMENT_KEY_UNKNOWN: {
    reaction: 'fix-input',
    exit: 'rejected',
    message:
      'The signature of "{{verb}}" on agreement {{id}} was made by key "{{kid}}", which no known organization has.',
    cause:
      'The key is not among the public keys of agreements/organizations.yaml or of this stack.',
    remedy:
      'Add the public key to its organization, after its owner has confirmed it in person, or sign with a known key.',
  },
  AGREEMENT_KEY_UNREADABLE: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Key file {{file}} cannot be used: {{why}}.',
    cause: 'The file is damaged or is not a key of an organization.',
    remedy:
      'Restore it from its backup; a key that is lost is replaced by a new one with a new name.',
  },
  AGREEMENT_FILE_EXISTS: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'File {{file}} was not written: {{why}}.',
    cause: 'Something of this name is there already; nothing is overwritten.',
    remedy: 'Choose another name, or another file with --to.',
  },
} as const satisfies CodeTable;
