/**
 * Who acts: the organization that is named, or whose key is given, or the only one that could; and
 * the key it signs with. Nobody acts for an organization without its key.
 */
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import { roleFor, rolesOf } from '../../bus/agreement/lifecycle/decide.ts';
import type { Line } from '../../bus/agreement/lifecycle/line.ts';
import { refusalError } from '../../bus/agreement/lifecycle/refusal.ts';
import { isTransition, TRANSITIONS } from '../../bus/agreement/lifecycle/transitions.ts';
import { BUS_ORG, type Role, type Verb } from '../../bus/agreement/lifecycle/verbs.ts';
import { type OrgSigningKey, readSigningKey } from '../../bus/agreement/signature/keys.ts';
import { BusError } from '../../bus/base/errors.ts';
import type { StackAccess } from '../stack/access.ts';
import { orgKeyPath } from '../stack/control.ts';

export type ActorFlags = {
  /** The organization to act for. */
  readonly as?: string;
  /** Its key file; default: the one among the stack's secrets. */
  readonly key?: string;
};

export type Actor = { readonly org: string; readonly role: Role; readonly key: OrgSigningKey };

/** Throws the refusal at once where the organization may not, or nobody may. */
export async function findActor(
  access: Pick<StackAccess, 'secretsFolder'>,
  { as, key: keyFile }: ActorFlags,
  {
    line,
    verb,
    content,
    authority,
  }: {
    readonly line: Line;
    readonly verb: Verb;
    readonly content: AgreementContent;
    readonly authority: string;
  },
): Promise<Actor> {
  const { state, version, contentHash } = line;
  const rule = TRANSITIONS[state][verb];
  const told = { agreementId: content.id, version, contentHash, verb, time: '' };
  if (!isTransition(rule)) {
    const org = as ?? '';
    throw refusalError(
      { ...told, org },
      { kind: 'impossible', state, why: rule.why },
      content.name,
    );
  }
  const given = keyFile === undefined ? undefined : await readSigningKey(keyFile);
  const roleOf = (org: string) =>
    roleFor({ line, verb }, org, rolesOf(org, content, { authority, atMs: Date.now() }));
  const able = organizationsOf(content, authority).filter((org) => roleOf(org) !== undefined);
  const org = as ?? given?.orgId ?? (able.length === 1 ? able[0] : undefined);
  if (org === undefined) {
    throw new BusError('LIFECYCLE_ACTOR_NEEDED', { verb, able: able.join(', ') });
  }
  const role = roleOf(org);
  if (role === undefined) {
    throw refusalError(
      { ...told, org },
      { kind: 'not-permitted', state, who: rule.who },
      content.name,
    );
  }
  return { org, role, key: given ?? (await readSigningKey(orgKeyPath(access, org))) };
}

function organizationsOf(
  { subscriber, provider, delegate }: AgreementContent,
  authority: string,
): string[] {
  const all = [subscriber.orgId, provider.orgId, authority, delegate?.orgId ?? authority, BUS_ORG];
  return [...new Set(all)];
}
