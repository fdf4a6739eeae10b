/** JSON Schemas of the agreements folder, for editors, and docs/agreement-rules.md from the linter's table. */
import { z } from 'zod';
import { agreementSchema } from '../../../bus/agreement/document/agreement-schema.ts';
import { calendarSchema } from '../../../bus/agreement/document/calendar-file.ts';
import { catalogueSchema } from '../../../bus/agreement/document/catalogue-file.ts';
import { organizationsSchema } from '../../../bus/agreement/document/organizations-file.ts';
import { RULES } from '../../../bus/agreement/lint/rules.ts';

const SCHEMAS = [
  ['agreement', 'agreement-schema.ts', agreementSchema],
  ['organizations', 'organizations-file.ts', organizationsSchema],
  ['catalogue', 'catalogue-file.ts', catalogueSchema],
  ['calendar', 'calendar-file.ts', calendarSchema],
] as const;

/** Content by path from the project's root. */
export function agreementFiles(): Map<string, string> {
  const schemas = SCHEMAS.map(([name, file, schema]): [string, string] => {
    const document = {
      ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
      title: `civicbus ${name}`,
      $comment: `Generated from bus/agreement/document/${file} by \`npm run generate\`; do not edit.`,
    };
    return [`schemas/${name}.schema.json`, `${JSON.stringify(document, null, 2)}\n`];
  });
  return new Map([...schemas, ['docs/agreement-rules.md', ruleReference()]]);
}

function ruleReference(): string {
  return [
    '<!-- Generated from bus/agreement/lint/rules.ts by `npm run generate`; do not edit. -->',
    '',
    '# Rules for agreements',
    '',
    'What `civicbus validate` checks beside the form of the file, and what keeps an agreement from being submitted. An error has to be corrected; a warning is shown to both sides. Numbers are never used again.',
    '',
    '| rule | severity | what has to be so | what to do |',
    '| --- | --- | --- | --- |',
    ...Object.entries(RULES).map(
      ([id, { severity, asks, remedy }]) =>
        `| ${id} | ${severity} | ${cell(asks)} | ${cell(remedy)} |`,
    ),
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
