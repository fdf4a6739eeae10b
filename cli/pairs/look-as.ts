/** Who looks at a pair: an organization that may, and that has its key at hand. */
import { readSigningKey } from '../../bus/agreement/signature/keys.ts';
import { BusError } from '../../bus/base/errors.ts';
import type { ActorFlags } from '../agreements/actor.ts';
import type { StackAccess } from '../stack/access.ts';
import { orgKeyPath } from '../stack/control.ts';

/** The organization, which is one of `able`. Throws PAIR_LOOK_REFUSED, or what reading its key throws. */
export async function lookAs(
  access: Pick<StackAccess, 'secretsFolder'>,
  { as, key }: ActorFlags,
  { pair, able }: { readonly pair: string; readonly able: readonly string[] },
): Promise<string> {
  const given = key === undefined ? undefined : (await readSigningKey(key)).orgId;
  const org = as ?? given;
  const refused = (who: string) =>
    new BusError('PAIR_LOOK_REFUSED', { pair, org: who, able: [...new Set(able)].join(', ') });
  if (org === undefined) throw refused('somebody without a name');
  if (!able.includes(org)) throw refused(org);
  const holder = given ?? (await readSigningKey(orgKeyPath(access, org))).orgId;
  if (holder !== org) throw refused(holder);
  return org;
}
