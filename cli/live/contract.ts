/** The contract of one topic: what its capture registered last, and which units cannot read it. */
import { contractDifferences, isBreaking } from '../../bus/avro/contract.ts';
import { isBusError } from '../../bus/base/errors.ts';
import type { SchemaRegistry } from '../../bus/registry/registry.ts';
import { compileView } from '../../bus/view/compile/compile.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { differenceText } from '../apply/contract-notes.ts';

export type TopicContract = {
  readonly version: number;
  readonly schemaId: number;
  /** Why units of `views` stop at records of this version, one line each. */
  readonly stops: readonly string[];
};

/** Undefined for a topic whose records have no registered schema. */
export async function topicContract(
  topic: string,
  { registry, views }: { readonly registry: SchemaRegistry; readonly views: readonly ViewModel[] },
): Promise<TopicContract | undefined> {
  try {
    const { version, schemaId, schema } = await registry.latest(`${topic}-value`);
    const stops = views
      .flatMap(compileView)
      .filter((plan) => plan.topic === topic)
      .flatMap(({ unit, columns }) =>
        contractDifferences(columns, schema)
          .filter(isBreaking)
          .map((difference) => `${unit}: ${difference.column}: ${differenceText(difference)}`),
      );
    return { version, schemaId, stops };
  } catch (error) {
    if (isBusError(error, 'AVRO_SUBJECT_UNKNOWN')) return undefined;
    throw error;
  }
}
