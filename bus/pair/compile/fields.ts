/**
 * The delivered fields of a pair: what the agreement allows, in the resource's words, the key first.
 * Everything that makes a field undeliverable is a problem here, whatever a linter said before:
 * this is the last place that sees both the agreement and the resource.
 */
import type { AgreedField, AgreementContent } from '../../agreement/agreement.ts';
import { maskedType } from '../../agreement/mask/mask.ts';
import type { Resource, ResourceField } from '../../agreement/resource.ts';
import type { Problem } from '../../base/errors.ts';
import type { PairField } from '../pair.ts';

type Content = Pick<AgreementContent, 'scope'>;

/** Delivered fields in their order; with any problem the list is not to be used. */
export function deliveredFields(
  content: Content,
  resource: Resource,
  problems: Problem[],
): PairField[] {
  const known = new Map(resource.fields.map((field) => [field.name, field]));
  const delivered = new Map<string, PairField>();
  content.scope.fields.forEach((agreed, index) => {
    const path = `scope.fields[${index}]`;
    const field = known.get(agreed.name);
    if (delivered.has(agreed.name)) {
      problems.push({ path, message: `The field ${agreed.name} is named twice.` });
    } else if (!field) {
      problems.push(unknownField(path, agreed.name, resource));
    } else {
      const one = deliveredField({ agreed, field, path }, problems);
      if (one) delivered.set(agreed.name, one);
    }
  });
  keyProblems(content, resource, problems);
  const isKey = new Set(resource.key);
  const key = resource.key.flatMap((name) => delivered.get(name) ?? []);
  return [...key, ...[...delivered.values()].filter(({ name }) => !isKey.has(name))];
}

function deliveredField(
  {
    agreed,
    field,
    path,
  }: {
    readonly agreed: AgreedField;
    readonly field: ResourceField;
    readonly path: string;
  },
  problems: Problem[],
): PairField | undefined {
  const { name, type } = field;
  if (field.classification === 'sensitive') {
    problems.push({
      path,
      message: `The field ${name} is classified sensitive and never leaves its view.`,
      remedy: 'Take it out of the agreement.',
    });
    return undefined;
  }
  const { mask } = agreed;
  if (!mask) return { name, type, deliveredType: type };
  const deliveredType = maskedType(mask, type);
  if (typeof deliveredType !== 'string') return { name, type, deliveredType, mask };
  problems.push({
    path: `${path}.mask`,
    message: `The mask ${mask.method} cannot be put on ${name}: ${deliveredType}.`,
  });
  return undefined;
}

/** Every key field must be delivered, in clear or as a token: two rows under one delivered key would overwrite each other. */
function keyProblems(content: Content, resource: Resource, problems: Problem[]): void {
  const fields = content.scope.fields;
  for (const name of resource.key) {
    const index = fields.findIndex((field) => field.name === name);
    const mask = fields[index]?.mask;
    if (index < 0) {
      problems.push({
        path: 'scope.fields',
        message: `The key field ${name} of ${resource.id} is not delivered, so rows could not be told apart.`,
        remedy: 'Deliver it in clear, or with the mask hmac-sha256.',
      });
    } else if (mask && mask.method !== 'hmac-sha256') {
      problems.push({
        path: `scope.fields[${index}].mask`,
        message: `The mask ${mask.method} gives several rows the same key ${name}; one would overwrite the other.`,
        remedy: 'Deliver key fields in clear, or with the mask hmac-sha256.',
      });
    }
  }
}

function unknownField(path: string, name: string, resource: Resource): Problem {
  return {
    path,
    message: `The resource ${resource.id} has no field ${name}.`,
    remedy: `It has: ${resource.fields.map((field) => field.name).join(', ')}.`,
  };
}

/** Columns with the source time of the blocks that the fields come from, each once, in the fields' order. */
export function atColumns(fields: readonly PairField[], resource: Resource): string[] {
  const known = new Map(resource.fields.map((field) => [field.name, field.at]));
  return [...new Set(fields.flatMap(({ name }) => known.get(name) ?? []))];
}
