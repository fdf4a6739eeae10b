/**
 * The subscribers of the synthetic city: each has a database of its own on the subscribers' server
 * and a subscriber.yaml, and is run as a program that has nothing but what stands in that file. In
 * service this folder would be on the subscriber's own machine.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type AgreementContent, pairNames } from '../../../bus/agreement/agreement.ts';
import { userPasswordFile } from '../../../bus/plan/view-access.ts';
import { ensurePassword } from '../../../bus/plan/secret-files.ts';
import { installSubscriberDatabase } from '../../../consumers/subscriber/install.ts';
import type { StackAccess } from '../../stack/access.ts';
import { orgKeyPath } from '../../stack/control.ts';

export type CitySubscriber = {
  readonly agreement: AgreementContent;
  readonly configFile: string;
  /** Where the copy is. */
  readonly database: string;
  readonly user: string;
  readonly passwordFile: string;
};

const FRESH_WITHIN_S = 60;

/** Makes what is missing of the place of `agreement`'s copy. Doing it twice changes nothing. */
export async function ensureSubscriber(
  agreement: AgreementContent,
  access: StackAccess,
): Promise<CitySubscriber> {
  const database = agreement.subscriber.orgId.toLowerCase().replaceAll('-', '_');
  const user = database;
  const passwordFile = join(access.secretsFolder, 'subscribers', `${user}.password`);
  await installSubscriberDatabase(await access.rootTarget('subscribers'), {
    database,
    user,
    password: await ensurePassword(passwordFile),
  });
  const folder = join(access.endpoints.home, 'subscribers', agreement.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const configFile = join(folder, 'subscriber.yaml');
  const config = configOf(agreement, { access, database, user, passwordFile });
  await writeFile(configFile, stringify(config));
  return { agreement, configFile, database, user, passwordFile };
}

type Place = Pick<CitySubscriber, 'database' | 'user' | 'passwordFile'> & {
  readonly access: StackAccess;
};

function configOf(
  { id, delivery, subscriber }: AgreementContent,
  { access, database, user, passwordFile }: Place,
): unknown {
  const { kafka, registry } = access.endpoints;
  const { host, port } = access.address('subscribers');
  return {
    kind: 'Subscriber',
    agreement: id,
    delivery: delivery.mode,
    kafka: {
      brokers: kafka.brokers,
      passwordFile: userPasswordFile(access.secretsFolder, pairNames(id).user),
    },
    registry: { url: registry.url, ...registry.reader },
    database: { host, port, user, passwordFile, name: database, table: delivery.table },
    signing: { keyFile: orgKeyPath(access, subscriber.orgId) },
    ...(delivery.mode === 'realtime' ? { freshness: { warnAfterSeconds: FRESH_WITHIN_S } } : {}),
  };
}
