/** Files that follow from the source model; written and compared by the project's generate command. */
import { z } from 'zod';
import { sourceSchema } from './source.ts';

/** Content by path from the project's root. */
export function generatedFiles(): Map<string, string> {
  const schema = z.toJSONSchema(sourceSchema, { io: 'input', unrepresentable: 'any' });
  const document = {
    ...schema,
    title: 'civicbus source',
    $comment: 'Generated from connectors/source.ts by `npm run generate`; do not edit.',
  };
  return new Map([['schemas/source.schema.json', `${JSON.stringify(document, null, 2)}\n`]]);
}
