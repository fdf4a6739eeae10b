/** Rules about what leaves: fields against the data contract, masks, and the row filter. */
import { sqlTypeOf } from '../../change/column-type.ts';
import type { AgreedField, AgreementContent } from '../agreement.ts';
import { CLASSIFICATIONS, type Resource, type ResourceField } from '../resource.ts';
import type { LintContext } from './context.ts';
import type { Tell } from './rules.ts';

type Input = {
  readonly content: AgreementContent;
  readonly context: LintContext;
  readonly resource: Resource;
  readonly tell: Tell;
};

export function lintScope(input: Input): void {
  const { content, resource, tell } = input;
  const known = new Map(resource.fields.map((field) => [field.name, field]));
  const seen = new Set<string>();
  content.scope.fields.forEach((agreed, index) => {
    const path = ['scope', 'fields', index];
    const field = known.get(agreed.name);
    if (seen.has(agreed.name))
      tell('AGR011', [...path, 'name'], `Field "${agreed.name}" is named twice.`);
    seen.add(agreed.name);
    if (field) lintField({ agreed, field, path, input });
    else tell('AGR010', [...path, 'name'], `"${agreed.name}" is no field of "${resource.id}".`);
  });
  for (const name of resource.key)
    if (!seen.has(name))
      tell('AGR012', ['scope', 'fields'], `Key field "${name}" is not delivered.`);
  lintRows(input);
}

function lintField({
  agreed: { name, mask, required, classification },
  field,
  path,
  input: { content, context, resource, tell },
}: {
  readonly agreed: AgreedField;
  readonly field: ResourceField;
  readonly path: readonly (string | number)[];
  readonly input: Input;
}): void {
  const rank = (one: ResourceField['classification']) => CLASSIFICATIONS.indexOf(one);
  if (classification && rank(classification) < rank(field.classification))
    tell(
      'AGR016',
      [...path, 'classification'],
      `"${name}" is ${field.classification}, not ${classification}.`,
    );
  if (field.classification === 'sensitive')
    tell('AGR014', [...path, 'name'], `"${name}" is sensitive.`);
  if (field.classification === 'personal' && !mask && !isAuthorised(content))
    tell('AGR015', [...path, 'name'], `"${name}" is personal and leaves in clear.`);
  if (!mask) return;
  if (resource.key.includes(name) && mask.method !== 'hmac-sha256')
    tell('AGR013', [...path, 'mask'], `Key field "${name}" has mask "${mask.method}".`);
  if (required && mask.method === 'null')
    tell('AGR018', [...path, 'mask'], `"${name}" is required and would always be empty.`);
  const delivered = context.maskedType(mask, field.type);
  if (typeof delivered === 'string')
    tell(
      'AGR017',
      [...path, 'mask'],
      `Mask "${mask.method}" cannot apply to "${name}" (${sqlTypeOf(field.type)}): ${delivered}`,
    );
}

/** A named article of law, or the word of the person or of a case. */
function isAuthorised({ purpose }: AgreementContent): boolean {
  return (
    purpose.authorisation !== 'none' ||
    purpose.legalBasis.some(({ article }) => article !== undefined)
  );
}

function lintRows({ content, context, resource, tell }: Input): void {
  const { rows, fields } = content.scope;
  if (rows === undefined) return;
  const path = ['scope', 'rows'];
  const columns = resource.fields.map(({ name, type }) => ({ name, type }));
  const checked = context.checkRows(rows, columns);
  if (checked.predicate === undefined) {
    for (const problem of checked.problems) tell('AGR020', path, problem);
    return;
  }
  for (const column of checked.predicate.columns) {
    const agreed = fields.find(({ name }) => name === column);
    const field = resource.fields.find(({ name }) => name === column);
    if (field?.classification === 'sensitive')
      tell('AGR022', path, `The filter reads "${column}", which is sensitive.`);
    else if (!agreed) tell('AGR021', path, `The filter reads "${column}", which is not delivered.`);
    else if (agreed.mask)
      tell('AGR021', path, `The filter reads "${column}", which is delivered masked.`);
  }
}
