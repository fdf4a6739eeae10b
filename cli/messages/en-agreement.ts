/** English texts of agreements as files: init, validate, diff, describe. */
import type { TextTable } from '../../bus/base/text.ts';

export const EN_AGREEMENT: TextTable = {
  'cli.argument.agreement': 'name or id of an agreement, or its file',
  'cli.argument.newAgreement': 'name of the new agreement: lower-case letters, digits and "-"',
  'cli.argument.formerAgreement': 'file of the one agreement',
  'cli.argument.latterAgreement': 'file of the other',

  'cli.flag.agreementFile':
    'look for the agreement in these files or folders instead of agreements/',

  'cli.init.description': 'Write a commented file to begin with.',
  'cli.init.agreement.description':
    'Write an agreement.yaml that is complete and validates: key fields asked for, all others listed as comments with type and class.',
  'cli.init.agreement.resource': 'resource of the catalogue; the first that is shared if absent',
  'cli.init.agreement.subscriber': 'organization that receives; the first that may if absent',
  'cli.init.agreement.to': 'file to write; agreements/NAME/agreement.yaml if absent',
  'cli.init.agreement.done': 'Written: {{file}}',
  'cli.init.agreement.next': 'next: edit it, then: civicbus validate -f {{file}}',

  'cli.validate.description':
    'Check agreements, and source and view files, as a whole and without any server; every finding with its line and rule. Ends with 6 when something is wrong.',
  'cli.validate.file':
    'files, or folders with agreement.yaml, source.yaml and view.yaml at any depth',
  'cli.validate.empty': 'No agreement is declared there.',
  'cli.validate.summary':
    '{{agreements}} agreements, {{others}} other declarations; {{warnings}} warnings.',
  'cli.validate.duplicateId': 'Version {{version}} of this id is declared in {{other}} too.',
  'cli.validate.duplicateName': 'The name "{{name}}" is that of another agreement, in {{other}}.',

  'cli.diff.description': 'Show what differs between two declarations.',
  'cli.diff.agreement.description':
    'Compare two agreements by content, field by field; spelling, order of keys and comments do not count.',
  'cli.diff.exitCode': 'end with 3 when they differ',
  'cli.diff.equal': 'No difference: both have the same content.',
  'cli.diff.emptied':
    'scope.backfill is "none": the subscriber’s copy is emptied when {{version}} comes into force, and a row is there again after its next change.',
  'cli.diff.summary': '{{count}} differences.',

  'cli.describe.agreement.description':
    'Parties, purpose, what leaves and how it is masked, delivery, validity, and what the linter finds.',
  'cli.describe.agreement.notStored':
    'The content of {{file}} ({{hash}}) was not submitted to this stack; the states are those of: {{stored}}.',
  'cli.describe.agreement.fault': 'The history is not as it was signed: {{fault}}',
  'cli.describe.agreement.state': '{{state}} since {{since}} ({{hash}})',
  'cli.describe.agreement.allRows': 'all rows',
  'cli.describe.agreement.clear': 'in clear',

  'cli.column.agreement': 'AGREEMENT',
  'cli.column.version': 'VERSION',
  'cli.column.resource': 'RESOURCE',
  'cli.column.findings': 'FINDINGS',
  'cli.column.contentHash': 'CONTENT HASH',
  'cli.column.place': 'PLACE',
  'cli.column.before': 'BEFORE',
  'cli.column.after': 'AFTER',
  'cli.column.field': 'FIELD',
  'cli.column.type': 'TYPE',
  'cli.column.class': 'CLASS',
  'cli.column.leaves': 'LEAVES',
  'cli.column.fromTo': 'STATE',
  'cli.column.reason': 'REASON',
  'cli.column.deliveredAs': 'DELIVERED AS',
};
