/** `civicbus init`: a commented file to begin with; never overwrites one. */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { localDate } from '../../bus/agreement/calendar/calendar.ts';
import { AGREEMENT_FILE } from '../../bus/agreement/document/folder.ts';
import { agreementTemplate } from '../../bus/agreement/document/template.ts';
import { slugSchema } from '../../bus/agreement/document/words.ts';
import type { Organization } from '../../bus/agreement/organization.ts';
import type { Resource } from '../../bus/agreement/resource.ts';
import { BusError, messageOf } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { type AgreementWorld, loadWorld } from '../agreements/world.ts';
import type { Cli } from '../globals.ts';

type Flags = { readonly resource?: string; readonly subscriber?: string; readonly to?: string };

const DEFAULT_ZONE = 'Asia/Shanghai';

export async function initAgreement(
  { out }: Cli,
  name: string,
  { resource: resourceId, subscriber: orgId, to }: Flags,
): Promise<void> {
  const named = slugSchema.safeParse(name);
  if (!named.success) {
    const what = `"${name}": ${named.error.issues[0]?.message ?? ''}`;
    throw new BusError('CLI_USAGE', { what });
  }
  const world = await loadWorld(to === undefined ? undefined : dirname(to));
  const resource = chosenResource(world, resourceId);
  const provider = organizationOf(world, resource.provider);
  const subscriber = chosenSubscriber(world, resource, orgId);
  const content = agreementTemplate({
    name,
    id: randomUUID(),
    resource,
    provider: signing(provider),
    subscriber: signing(subscriber),
    begins: localDate(Date.now(), DEFAULT_ZONE),
  });
  const file = to ?? join(world.folder, name, AGREEMENT_FILE);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content, { flag: 'wx' }).catch((error: unknown) => {
    throw new BusError('AGREEMENT_FILE_EXISTS', { file, why: messageOf(error) }, error);
  });
  const shown = relative(process.cwd(), file);
  out.text('AgreementFile', text('cli.init.agreement.done', { file: shown }));
  out.hint(text('cli.init.agreement.next', { file: shown }));
}

function chosenResource({ resources }: AgreementWorld, id: string | undefined): Resource {
  const shareable = resources.filter(({ sharingType }) => sharingType !== 'not-shared');
  const found = id === undefined ? shareable[0] : shareable.find((one) => one.id === id);
  if (found) return found;
  const known = shareable.map((one) => one.id).join(', ');
  throw new BusError('CLI_NOT_FOUND', { kind: 'shared resource', name: id ?? '', known });
}

function chosenSubscriber(
  world: AgreementWorld,
  { memberTypes, provider }: Resource,
  orgId: string | undefined,
): Organization {
  if (orgId !== undefined) return organizationOf(world, orgId);
  const found = world.organizations.find(
    (one) =>
      one.orgId !== provider && !one.isAuthority && (memberTypes?.includes(one.memberType) ?? true),
  );
  return found ?? organizationOf(world, '');
}

function organizationOf({ organizations }: AgreementWorld, orgId: string): Organization {
  const found = organizations.find((one) => one.orgId === orgId);
  if (found) return found;
  const known = organizations.map((one) => one.orgId).join(', ');
  throw new BusError('CLI_NOT_FOUND', { kind: 'organization', name: orgId, known });
}

function signing({ orgId, signers: [signer = ''] }: Organization) {
  return { orgId, signer };
}
