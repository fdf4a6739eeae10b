/** One verb done to one version of an agreement by one organization, and how it is told. */
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import { contentHash } from '../../bus/agreement/canonical/canonical.ts';
import { possibilities } from '../../bus/agreement/lifecycle/decide.ts';
import { eventHash } from '../../bus/agreement/lifecycle/event.ts';
import { lineOf } from '../../bus/agreement/lifecycle/fold.ts';
import type { Line } from '../../bus/agreement/lifecycle/line.ts';
import { isTransition, TRANSITIONS } from '../../bus/agreement/lifecycle/transitions.ts';
import type { EventData, Verb } from '../../bus/agreement/lifecycle/verbs.ts';
import { must } from '../../bus/base/assert.ts';
import { text } from '../../bus/base/text.ts';
import { act, noLine } from '../../bus/control/act.ts';
import type { Control } from '../../bus/control/control.ts';
import { readAgreement, type AgreementRecord } from '../../bus/control/record.ts';
import type { Output } from '../output/output.ts';
import type { StackAccess } from '../stack/access.ts';
import { type ActorFlags, findActor } from './actor.ts';

export type Desk = { readonly access: StackAccess; readonly control: Control };

export type Deed = ActorFlags & {
  readonly verb: Verb;
  readonly record: AgreementRecord;
  readonly version: string;
  readonly reason?: string;
  readonly data?: EventData;
  /** New content, with `create` and `counter`. */
  readonly document?: AgreementContent;
};

export type Done = {
  readonly agreementId: string;
  readonly name: string;
  readonly version: string;
  readonly verb: Verb;
  readonly org: string;
  readonly was: string;
  readonly state: string;
  readonly contentHash: string;
  readonly eventHash: string;
};

/** Signs the event and has it taken in. Throws the refusal. */
export async function perform(
  { access, control }: Desk,
  { verb, record, version, reason = '', data = {}, document, ...flags }: Deed,
): Promise<{ readonly done: Done; readonly record: AgreementRecord }> {
  const line = lineOf(record.chain, version);
  const content = document ?? must(record.contents.get(line.contentHash), 'its content is stored');
  const hash = document ? contentHash(document) : line.contentHash;
  const { authority } = control;
  const { org, role, key } = await findActor(access, flags, { line, verb, content, authority });
  const { agreementId } = record;
  const after = await act(control, {
    agreementId,
    key,
    drafts: () => [{ version, contentHash: hash, verb, org, role, reason, data }],
    ...(document ? { documents: [document] } : {}),
  });
  const event = must(after.events.at(-1), 'the event was taken in');
  const done: Done = {
    agreementId,
    name: content.name,
    version,
    verb,
    org,
    was: line.state,
    state: lineOf(after.chain, version).state,
    contentHash: hash,
    eventHash: eventHash(event),
  };
  return { done, record: { ...after, name: content.name } };
}

/**
 * The version that `verb` is about: the one of NAME@VERSION, else the newest to which it can happen,
 * else the newest, of which the refusal then tells the state.
 */
export async function findVersion(
  { control: { db } }: Desk,
  name: string,
  verb: Verb,
): Promise<{ readonly record: AgreementRecord; readonly line: Line }> {
  const [idOrName = '', wanted] = name.split('@');
  const record = await readAgreement(db, idOrName);
  const lines = [...record.chain.lines.values()];
  const found =
    wanted === undefined
      ? (lines.findLast(({ state }) => isTransition(TRANSITIONS[state][verb])) ?? lines.at(-1))
      : record.chain.lines.get(wanted);
  if (!found) throw noLine(record.name, verb, [...record.chain.lines.keys()]);
  return { record, line: found };
}

/** Shows what was done; the last line says what can follow. */
export function tell(out: Output, items: readonly Done[]): void {
  out.list({
    kind: 'AgreementEventList',
    items,
    table: {
      columns: ['agreement', 'version', 'verb', 'org', 'was', 'state'].map((name) =>
        text(`cli.column.${name}`),
      ),
      rows: items.map(({ name, version, verb, org, was, state }) => [
        name,
        version,
        verb,
        org,
        was,
        state,
      ]),
      empty: '',
    },
  });
  const last = items.at(-1);
  if (last && last.state in TRANSITIONS) {
    const possible = possibilities(last.state as keyof typeof TRANSITIONS);
    out.hint(text('cli.lifecycle.possible', { state: last.state, possible }));
  }
}
