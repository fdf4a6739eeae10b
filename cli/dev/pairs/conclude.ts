/**
 * The parties of the synthetic city conclude its agreements: each step is signed with the key of
 * the organization whose turn it is, and taken in like any other. Where an agreement already stands
 * further, it is left alone.
 */
import type { AgreementContent } from '../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import type { Draft } from '../../../bus/agreement/lifecycle/activation.ts';
import { lineOf } from '../../../bus/agreement/lifecycle/fold.ts';
import type { Line } from '../../../bus/agreement/lifecycle/line.ts';
import type { Role, Verb } from '../../../bus/agreement/lifecycle/verbs.ts';
import type { OrgSigningKey } from '../../../bus/agreement/signature/keys.ts';
import { act } from '../../../bus/control/act.ts';
import type { Control } from '../../../bus/control/control.ts';
import { readRecord } from '../../../bus/control/record.ts';

type Turn = { readonly verb: Verb; readonly role: Exclude<Role, 'bus'> };

export type ConcludeOptions = {
  readonly control: Control;
  /** The private key of an organization. */
  readonly keyOf: (org: string) => Promise<OrgSigningKey>;
};

/** Brings `content` to where the bus takes over (filed), or as far as it stands. Answers the steps taken. */
export async function conclude(
  content: AgreementContent,
  { control, keyOf }: ConcludeOptions,
): Promise<number> {
  const { id: agreementId, name, version } = content;
  let record = await readRecord(control.db, { agreementId, name });
  for (let steps = 0; ; steps++) {
    const line = lineOf(record.chain, version);
    const turn = nextTurn(line);
    if (!turn) return steps;
    const org = orgOf(turn.role, content, control);
    const draft = draftOf(turn, { content, line, org });
    record = await act(control, {
      agreementId,
      key: await keyOf(org),
      drafts: () => [draft],
      ...(turn.verb === 'create' ? { documents: [content] } : {}),
    });
  }
}

/** Whose turn it is before the bus takes over; nobody's from then on, and where somebody said no. */
export function nextTurn({ state, signed }: Pick<Line, 'state' | 'signed'>): Turn | undefined {
  switch (state) {
    case 'none':
      return { verb: 'create', role: 'subscriber' };
    case 'draft':
      return { verb: 'submit', role: 'subscriber' };
    case 'requested':
      return { verb: 'approve', role: 'authority' };
    case 'under-review':
      return { verb: 'sign', role: signed.includes('subscriber') ? 'provider' : 'subscriber' };
    case 'agreed':
      return { verb: 'file', role: 'authority' };
    default:
      return undefined;
  }
}

function orgOf(
  role: Turn['role'],
  { subscriber, provider }: AgreementContent,
  { authority }: Control,
): string {
  return role === 'authority' ? authority : { subscriber, provider }[role].orgId;
}

function draftOf(
  { verb, role }: Turn,
  {
    content,
    line,
    org,
  }: { readonly content: AgreementContent; readonly line: Line; readonly org: string },
): Draft {
  const { name, version } = content;
  return {
    verb,
    role,
    org,
    version,
    // What is signed is the content that stands, which may be another than that of the file.
    contentHash: verb === 'create' ? contentHash(content) : line.contentHash,
    ...(verb === 'file' ? { data: { number: `${name}/${version}` } } : {}),
  };
}
