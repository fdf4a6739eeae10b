/**
 * What the captures registered last, beside what is declared now: notes for who plans or applies,
 * because a contract that differs has stopped, or will stop, the units that read it.
 */
import type { ContractDifference } from '../../bus/avro/contract.ts';
import type { Problem } from '../../bus/base/errors.ts';
import type { SchemaRegistry } from '../../bus/registry/registry.ts';
import { contractStates } from '../../connectors/contracts.ts';
import type { Source } from '../../connectors/source.ts';

/** One note for each column in which a registered contract differs from its declaration. */
export async function contractNotes(
  sources: readonly Source[],
  registry: SchemaRegistry,
): Promise<Problem[]> {
  if (sources.length === 0) return [];
  const states = await contractStates(sources, registry);
  return states.flatMap(({ topic, version, differences }) =>
    differences.map((difference) => ({
      file: topic,
      path: difference.column,
      message: `In the contract registered last (version ${version}) ${differenceText(difference)}.`,
      ...remedyOf(difference),
    })),
  );
}

/** "the column is missing (declared as int)" */
export function differenceText({ kind, declared, found }: ContractDifference): string {
  switch (kind) {
    case 'missing':
      return `the column is missing (declared as ${declared})`;
    case 'undeclared':
      return `the column is ${found} (not declared)`;
    case 'wider':
      return `the column is ${found}, wider than declared (${declared})`;
    default:
      return `the column is ${found} (declared as ${declared})`;
  }
}

function remedyOf({ kind }: ContractDifference): Pick<Problem, 'remedy'> {
  if (kind === 'undeclared') return {};
  return {
    remedy:
      'The next record follows the table as it is now. Units that stopped at the older ones go on after: civicbus repair view NAME --unit UNIT.',
  };
}
