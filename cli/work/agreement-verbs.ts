/** `civicbus sign|approve|suspend|… agreement`: one signed event about a version of an agreement. */
import type { Verb } from '../../bus/agreement/lifecycle/verbs.ts';
import type { ActorFlags } from '../agreements/actor.ts';
import { deskFor } from '../agreements/desk.ts';
import { findVersion, perform, tell } from '../agreements/perform.ts';
import type { Cli } from '../globals.ts';

export type VerbFlags = ActorFlags & {
  readonly reason?: string;
  readonly number?: string;
};

/** The work of the command that carries `verb`'s name. */
export function agreementVerb(verb: Verb) {
  return async (cli: Cli, name: string, flags: VerbFlags): Promise<void> => {
    const desk = await deskFor(cli, name);
    const { reason, number, as, key } = flags;
    const { record, line } = await findVersion(desk, name, verb);
    const { done } = await perform(desk, {
      verb,
      record,
      version: line.version,
      ...(reason === undefined ? {} : { reason }),
      ...(number === undefined ? {} : { data: { number } }),
      ...(as === undefined ? {} : { as }),
      ...(key === undefined ? {} : { key }),
    });
    tell(cli.out, [done]);
  };
}
