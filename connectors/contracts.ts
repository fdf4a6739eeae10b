/**
 * The contracts of declared tables in the schema registry. Before its first record a table's
 * contract is registered as derived from the declaration, and its subjects are opened to any later
 * change: a refusal of the registry would not keep a changed column out of anything, it would stop
 * the whole department at a record that no later DDL takes out of its log. What a change means is
 * for each reader to judge, and stops only those that cannot read it (docs/adr/0006).
 */
import { contractDifferences, type ContractDifference } from '../bus/avro/contract.ts';
import { isBusError } from '../bus/base/errors.ts';
import type { SchemaRegistry, SubjectVersion } from '../bus/registry/registry.ts';
import { type Baseline, baselinesOf, subjectOf } from './baseline.ts';
import type { Source } from './source.ts';

const SIDES = ['key', 'value'] as const;
/** Requests at once: a registry is a small service. */
const AT_ONCE = 8;

/** Registers what is missing. Doing it twice changes nothing. Throws the registry port's codes. */
export async function agreeContracts(
  sources: readonly Source[],
  registry: SchemaRegistry,
): Promise<void> {
  const known = new Set(await registry.subjects());
  const wanted = sources.flatMap(baselinesOf).flatMap((baseline) =>
    SIDES.map((side) => ({
      subject: subjectOf(baseline, side),
      schema: side === 'key' ? baseline.keySchema : baseline.valueSchema,
    })),
  );
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    await Promise.all(
      wanted.slice(at, at + AT_ONCE).map(async ({ subject, schema }) => {
        if (!known.has(subject)) await registry.register(subject, schema);
        await registry.acceptAnyChange(subject);
      }),
    );
  }
}

/** What the capture of one table registered last, beside its declaration. */
export type ContractState = {
  readonly topic: string;
  readonly version: number;
  readonly schemaId: number;
  readonly differences: readonly ContractDifference[];
};

/** The state of every table of `sources` that was ever registered. */
export async function contractStates(
  sources: readonly Source[],
  registry: SchemaRegistry,
): Promise<ContractState[]> {
  const known = new Set(await registry.subjects());
  const states: ContractState[] = [];
  for (const baseline of sources.flatMap(baselinesOf)) {
    const subject = subjectOf(baseline, 'value');
    const latest = known.has(subject) ? await latestOf(registry, subject) : undefined;
    if (latest) states.push(stateOf(baseline, latest));
  }
  return states;
}

function stateOf(
  { topic, columns }: Baseline,
  { version, schemaId, schema }: SubjectVersion,
): ContractState {
  return { topic, version, schemaId, differences: contractDifferences(columns, schema) };
}

async function latestOf(
  registry: SchemaRegistry,
  subject: string,
): Promise<SubjectVersion | undefined> {
  try {
    return await registry.latest(subject);
  } catch (error) {
    if (isBusError(error, 'AVRO_SUBJECT_UNKNOWN')) return undefined;
    throw error;
  }
}
